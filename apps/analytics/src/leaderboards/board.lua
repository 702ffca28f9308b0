-- What scripts of a board share: its sorted sets, and how scores are kept in them.
--
-- KEYS[1]  the name that all keys of the board start with, its hash tag; they are made from it here
--
-- Members are ranked from the lowest score in Redis: what is kept is what a member has, negated, so that
-- of equal ones the name that sorts first, with ids that rise with time the oldest, is ahead.
--
-- Trending is exponential forward decay (Cormode, Shkapenyuk, Srivastava, Xu, 2009) in log space: of acts
-- worth w at times t, log2 of the sum of w * 2^((t - landmark) / half-life). The order never changes as time
-- goes by, so nothing is ever scored anew, and no score overflows. When the landmark moves, the set gets
-- another name, and its members follow into the new one a few with each act, the best first; until then
-- both are read, and nobody sees it.

local board = KEYS[1]
local TRENDING, PREVIOUS = board .. ':trending', board .. ':trending:previous'
local LANDMARKS, DETAILS, REMOVED = board .. ':landmarks', board .. ':details', board .. ':removed'
local ALL = board .. ':points:all'

local function serverMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function log2(x)
  return math.log(x) / math.log(2)
end

-- log2(2^a + 2^b), without overflow.
local function addLogs(a, b)
  if a < b then a, b = b, a end
  return a + log2(1 + 2 ^ (b - a))
end

-- The landmark of the set in use, and how much must be added to what is kept in the previous one.
local function landmarks(halfLifeMs)
  local values = redis.call('HMGET', LANDMARKS, 'current', 'previous')
  local current, previous = tonumber(values[1]), tonumber(values[2])
  return current, current and previous and (current - previous) / halfLifeMs or 0
end

-- Points are whole; half of one tells who came first. This takes it away.
local function pointsOf(kept)
  return math.floor(0.5 - tonumber(kept))
end

local function hasScore(member)
  return redis.call('ZSCORE', ALL, member)
    or redis.call('ZSCORE', TRENDING, member)
    or redis.call('ZSCORE', PREVIOUS, member)
end

-- Kept of a member that has no points yet: after all that have some.
local NO_POINTS = 0.5

local function dropDetails(member, fields)
  for _, field in ipairs(fields) do
    redis.call('HDEL', DETAILS, field .. ':' .. member)
  end
end

-- A call removes no more than so many members, so that none runs long.
local AT_ONCE = 50

local function removeLast(set, most, fields)
  local surplus = math.min(redis.call('ZCARD', set) - most, AT_ONCE)
  local removed = surplus > 0 and redis.call('ZPOPMAX', set, surplus) or {}
  for at = 1, #removed, 2 do
    if not hasScore(removed[at]) then dropDetails(removed[at], fields) end
  end
end
