-- Counts who is active: distinct people over the last minutes, and those of each minute. After
-- distinct.lua, visitorDays.lua and activeMinutes.lua.
--
-- KEYS[1]  what the names of the sets start with
-- ARGV[1]  how many minutes count as now, the one that is going on among them
-- ARGV[2]  how many minutes to show
-- Returns { people now, 1 when that is exact, else 0, the minute that is going on, people of each
-- minute, the oldest first }.

local minute = math.floor(serverMs() / MINUTE_MS)

local recent = {}
for nth = minute - tonumber(ARGV[1]) + 1, minute do
  recent[#recent + 1] = activeMinute(KEYS[1], nth)
end
local union = KEYS[1] .. ':union'
local people, isExact = unite(union, recent)
redis.call('DEL', union)

local sparkline = {}
for nth = minute - tonumber(ARGV[2]) + 1, minute do
  local key = activeMinute(KEYS[1], nth)
  sparkline[#sparkline + 1] = redis.call(isEstimate(key) and 'PFCOUNT' or 'SCARD', key)
end
return { people, isExact and 1 or 0, minute, sparkline }
