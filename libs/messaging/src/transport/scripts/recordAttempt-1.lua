-- Remembers that an attempt begins, so that it counts although its consumer dies over it.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  partition
-- ARGV[4]  epoch
-- ARGV[5]  id of the entry
-- ARGV[6]  number of the attempt
--
-- Returns 1; 0 when the partition is not the member's or the entry is done with: do not begin.
local base, group, member, partition = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call('HGET', base .. ':group:' .. group, 'partition:' .. partition)
if owner ~= ARGV[4] .. ' ' .. member then return 0 end
local claimed = redis.pcall('XCLAIM', base .. ':' .. partition, group, member, 0, ARGV[5],
  'RETRYCOUNT', ARGV[6], 'JUSTID')
return claimed.err and 0 or #claimed
