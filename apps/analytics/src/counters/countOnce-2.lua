-- Counts an event, unless it was counted before.
--
-- KEYS[1]  inbox: set of the ids of counted events
-- KEYS[2]  totals: hash, counter -> total
-- ARGV[1]  event id
-- ARGV[2]  milliseconds that the inbox is kept after its last event
-- ARGV[3]  counter
-- Returns 1 when it was counted now, 0 when it had been before.

if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  return 0
end
-- The effect first: what Redis refuses must not be recorded as done.
redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
