-- Reads a part of a board: from a place on, or around a member. After board.lua.
--
-- ARGV[1]    JSON: set, 'trending' or the name of points; halfLifeMs; fields to read of each member;
--            offset and limit; or member and reach, how many on either side of it
-- Returns a list of { place from 1, member, score, { value of each field, or nil } }; of a member that
-- is not there, none.

local given = cjson.decode(ARGV[1])
local now = serverMs()
local isTrending = given.set == 'trending'
local set = isTrending and TRENDING or board .. ':points:' .. given.set
local landmark, shift
if isTrending then
  landmark, shift = landmarks(given.halfLifeMs)
end
local isMoving = isTrending and redis.call('EXISTS', PREVIOUS) == 1

-- Of the first `count` of either set while a landmark moves, those of both together.
local function firstOfBoth(count)
  local both = {}
  for nth, name in ipairs({ TRENDING, PREVIOUS }) do
    local part = redis.call('ZRANGE', name, 0, count - 1, 'WITHSCORES')
    for at = 1, #part, 2 do
      both[#both + 1] = { part[at], tonumber(part[at + 1]) + (nth == 2 and shift or 0) }
    end
  end
  table.sort(both, function(a, b)
    return a[2] < b[2] or (a[2] == b[2] and a[1] < b[1])
  end)
  return both
end

local function slice(offset, limit)
  local rows = {}
  if isMoving then
    local both = firstOfBoth(offset + limit)
    for at = offset + 1, math.min(offset + limit, #both) do
      rows[#rows + 1] = both[at]
    end
    return rows
  end
  local part = redis.call('ZRANGE', set, offset, offset + limit - 1, 'WITHSCORES')
  for at = 1, #part, 2 do
    rows[#rows + 1] = { part[at], tonumber(part[at + 1]) }
  end
  return rows
end

-- How many are ahead of a member; nil for one that is not there.
local function ahead(member)
  if not isMoving then
    local kept = redis.call('ZSCORE', set, member)
    if not kept or tonumber(kept) == NO_POINTS then return nil end
    return redis.call('ZRANK', set, member)
  end
  local rank, other, by = redis.call('ZRANK', TRENDING, member), PREVIOUS, -shift
  if not rank then
    rank, other, by = redis.call('ZRANK', PREVIOUS, member), TRENDING, shift
  end
  if not rank then return nil end
  local own = other == PREVIOUS and TRENDING or PREVIOUS
  local kept = string.format('%.17g', redis.call('ZSCORE', own, member) + by)
  local better = redis.call('ZCOUNT', other, '-inf', '(' .. kept)
  for _, equal in ipairs(redis.call('ZRANGE', other, kept, kept, 'BYSCORE')) do
    if equal < member then better = better + 1 end
  end
  return rank + better
end

local function scoreOf(kept)
  if not isTrending then return pointsOf(kept) end
  return 2 ^ (-kept - (now - landmark) / given.halfLifeMs)
end

local offset, limit = given.offset, given.limit
if given.member then
  local place = ahead(given.member)
  if not place then return {} end
  offset = math.max(place - given.reach, 0)
  limit = place + given.reach - offset + 1
end

local rows = {}
for nth, row in ipairs(slice(offset, limit)) do
  if not isTrending and row[2] == NO_POINTS then break end
  local names = {}
  for at, field in ipairs(given.fields) do
    names[at] = field .. ':' .. row[1]
  end
  local details = redis.call('HMGET', DETAILS, unpack(names))
  rows[nth] = { offset + nth, row[1], string.format('%.17g', scoreOf(row[2])), details }
end
return rows
