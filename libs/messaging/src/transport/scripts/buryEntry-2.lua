-- Moves an entry that cannot be handled to the dead letters: both or neither happens.
--
-- KEYS[1]  stream
-- KEYS[2]  stream of dead letters
-- ARGV[1]  group
-- ARGV[2]  consumer
-- ARGV[3]  id of the entry
-- ARGV[4…] pairs: name, value of the dead letter's fields
--
-- Returns the dead letter's id, or false when the entry is no longer this consumer's.
local owned = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if owned.err or #owned == 0 then return false end
local id = redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
return id
