-- Adds an act's points to a member, unless the event was added before.
--
-- KEYS[1]  inbox: set of the ids of added events
-- KEYS[2]  scores: sorted set of the members
-- KEYS[3]  details: hash, "<act>:<member>" -> how often
-- ARGV[1]  event id
-- ARGV[2]  milliseconds that the inbox is kept after its last event
-- ARGV[3]  member
-- ARGV[4]  act
-- ARGV[5]  points
-- Returns { 1 when they were added now, 0 when they had been before; members on the board }.

if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  return { 0, redis.call('ZCARD', KEYS[2]) }
end
-- The effect first: what Redis refuses must not be recorded as done.
redis.call('ZINCRBY', KEYS[2], ARGV[5], ARGV[3])
redis.call('HINCRBY', KEYS[3], ARGV[4] .. ':' .. ARGV[3], 1)
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 1, redis.call('ZCARD', KEYS[2]) }
