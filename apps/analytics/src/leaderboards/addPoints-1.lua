-- Adds an act's points to members, unless the event was added before. After board.lua.
--
-- ARGV[1]  JSON: inbox, the minute of the event's id; retentionMs, for which its id is kept; act; points;
--          at, when it happened; halfLifeMs; landmarkMs, how long a landmark is kept; maxMembers; isLasting,
--          whether there is a list of all times, or idleMs, after which the board is forgotten; fields,
--          kept of each member; members; windows, of each { name, start, length, expiresAt }
-- ARGV[2]  event id
-- Returns 1 when they were added now, 0 when they had been before.

local given = cjson.decode(ARGV[1])
local inbox = board .. ':inbox:' .. given.inbox
if redis.call('SISMEMBER', inbox, ARGV[2]) == 1 then return 0 end

-- What is worth less than 2^-NEGLIGIBLE points has decayed to nothing.
local NEGLIGIBLE = 20
-- Milliseconds of which the half is counted in half a point: 139 years.
local EVER = 2 ^ 42
local now = serverMs()

local function moveLandmark()
  local wanted = math.floor(now / given.landmarkMs) * given.landmarkMs
  local current = tonumber(redis.call('HGET', LANDMARKS, 'current'))
  if current and (current >= wanted or redis.call('EXISTS', PREVIOUS) == 1) then return end
  if current and redis.call('EXISTS', TRENDING) == 1 then
    redis.call('RENAME', TRENDING, PREVIOUS)
    redis.call('HSET', LANDMARKS, 'previous', string.format('%.0f', current))
  end
  redis.call('HSET', LANDMARKS, 'current', string.format('%.0f', wanted))
end

moveLandmark()
local landmark, shift = landmarks(given.halfLifeMs)
-- Kept scores above have decayed to nothing.
local nothing = NEGLIGIBLE - (now - landmark) / given.halfLifeMs

local function keepTrending(member, kept)
  redis.call('ZADD', TRENDING, string.format('%.17g', kept), member)
end

local function followLandmark()
  local moved = redis.call('ZPOPMIN', PREVIOUS, AT_ONCE)
  for at = 1, #moved, 2 do
    local kept = tonumber(moved[at + 1]) + shift
    if kept <= nothing then
      keepTrending(moved[at], kept)
    elseif not hasScore(moved[at]) then
      dropDetails(moved[at], given.fields)
    end
  end
end

-- A member's kept score by the landmark in use, or nil.
local function trendingOf(member, shift)
  local kept = redis.call('ZSCORE', TRENDING, member)
  if kept then return tonumber(kept) end
  kept = redis.call('ZSCORE', PREVIOUS, member)
  return kept and tonumber(kept) + shift
end

local function addTrending(member)
  local worth = log2(given.points) + (given.at - landmark) / given.halfLifeMs
  local kept = trendingOf(member, shift)
  redis.call('ZREM', PREVIOUS, member)
  keepTrending(member, -(kept and addLogs(-kept, worth) or worth))
end

-- Only parts of a power of two are told exactly: others are rounded, differently with each sum of points,
-- and of two that came at the same time either would be ahead.
local function powerOfTwoFrom(length)
  return 2 ^ math.ceil(log2(length))
end

-- Earlier is ahead: a member has the time of its first act in the window, as a part of half a point.
local function addTo(window, member, start, length)
  local time = 0.5 * math.min(math.max((given.at - start) / length, 0), 1)
  local kept, points = redis.call('ZSCORE', window, member), 0
  if kept then
    points = pointsOf(kept)
    time = math.min(time, points + tonumber(kept))
  end
  redis.call('ZADD', window, string.format('%.17g', time - points - given.points), member)
end

local function removeDecayed()
  local decayed =
    redis.call('ZRANGE', TRENDING, '(' .. string.format('%.17g', nothing), '+inf', 'BYSCORE', 'LIMIT', 0, AT_ONCE)
  for _, member in ipairs(decayed) do
    redis.call('ZREM', TRENDING, member)
    if not hasScore(member) then dropDetails(member, given.fields) end
  end
end

followLandmark()
local windows = {}
for _, window in ipairs(given.windows) do
  if window.expiresAt > now then
    window.key = board .. ':points:' .. window.name
    window.timeUnit = powerOfTwoFrom(window.length)
    windows[#windows + 1] = window
  end
end
for _, member in ipairs(given.members) do
  if redis.call('SISMEMBER', REMOVED, member) == 0 then
    addTrending(member)
    if given.isLasting then addTo(ALL, member, 0, EVER) end
    for _, window in ipairs(windows) do
      addTo(window.key, member, window.start, window.timeUnit)
    end
    redis.call('HINCRBY', DETAILS, given.act .. ':' .. member, 1)
  end
end
-- After all of them: none of this act gives way to another that is only counted sooner.
for _, window in ipairs(windows) do
  redis.call('PEXPIREAT', window.key, string.format('%.0f', window.expiresAt))
  removeLast(window.key, given.maxMembers, given.fields)
end
removeDecayed()
removeLast(TRENDING, given.maxMembers - redis.call('ZCARD', PREVIOUS), given.fields)
removeLast(ALL, given.maxMembers, given.fields)
if not given.isLasting then
  for _, key in ipairs({ TRENDING, PREVIOUS, LANDMARKS, DETAILS }) do
    redis.call('PEXPIRE', key, given.idleMs)
  end
end

-- The effects first: what Redis refuses must not be recorded as done.
redis.call('SADD', inbox, ARGV[2])
redis.call('PEXPIRE', inbox, given.retentionMs)
return 1
