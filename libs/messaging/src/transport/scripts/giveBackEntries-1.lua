-- Corrects how many attempts at entries have begun, so that their next owner counts no other.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  partition
-- ARGV[4]  epoch
-- ARGV[5…] pairs: id of the entry, attempts begun
--
-- Returns how many are pending; 0 when the partition is not the member's.
local base, group, member, partition = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call('HGET', base .. ':group:' .. group, 'partition:' .. partition)
if owner ~= ARGV[4] .. ' ' .. member then return 0 end
local given = 0
for index = 5, #ARGV, 2 do
  local claimed = redis.pcall('XCLAIM', base .. ':' .. partition, group, member, 0, ARGV[index],
    'RETRYCOUNT', ARGV[index + 1], 'JUSTID')
  if not claimed.err then given = given + #claimed end
end
return given
