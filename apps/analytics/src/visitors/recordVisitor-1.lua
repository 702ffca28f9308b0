-- Adds a visitor to the visitors of a day. Adding one twice changes nothing.
--
-- KEYS[1]  HyperLogLog of the day
-- ARGV[1]  visitor
-- ARGV[2]  milliseconds that the day is kept after its last visitor
-- Returns 1 when the estimate changed, else 0.

local changed = redis.call('PFADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return changed
