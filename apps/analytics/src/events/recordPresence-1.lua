-- Adds people to who visited any page, and to who is active anywhere. Adding one twice changes
-- nothing. After distinct.lua, visitorDays.lua and activeMinutes.lua.
--
-- KEYS[1]   the name that all keys of who was anywhere start with, its hash tag
-- ARGV[1..] of each event 4: person, minute, month (202601), 1 for a visit of a page, else 0

local now = serverMs()
for at = 1, #ARGV, 4 do
  local person, minute = ARGV[at], tonumber(ARGV[at + 1])
  addActive(KEYS[1] .. ':active', person, minute, now)
  if ARGV[at + 3] == '1' then
    addVisitor(KEYS[1] .. ':visitors', person, math.floor(minute / 1440), ARGV[at + 2], now)
  end
end
