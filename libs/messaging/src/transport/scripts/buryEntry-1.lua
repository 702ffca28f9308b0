-- Moves an entry that cannot be handled to the dead letters: both or neither happens.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  partition
-- ARGV[4]  epoch
-- ARGV[5]  id of the entry
-- ARGV[6…] pairs: name, value of the dead letter's fields
--
-- Returns the dead letter's id, or false when the entry is not the member's to bury.
local base, group, member, partition, entry = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local owner = redis.call('HGET', base .. ':group:' .. group, 'partition:' .. partition)
if owner ~= ARGV[4] .. ' ' .. member then return false end
local stream = base .. ':' .. partition
local pending = redis.pcall('XPENDING', stream, group, entry, entry, 1)
if pending.err or #pending == 0 then return false end
-- The letter first: should there be no memory for it, the entry stays pending.
local letter = redis.call('XADD', base .. ':dead:' .. group, '*', unpack(ARGV, 6))
redis.call('XACK', stream, group, entry)
return letter
