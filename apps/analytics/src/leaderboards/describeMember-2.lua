-- Gives a member its label, and a place at the end of the board when it has none yet.
--
-- KEYS[1]  scores: sorted set of the members
-- KEYS[2]  details: hash, "label:<member>" -> label
-- ARGV[1]  member
-- ARGV[2]  label
-- Returns the number of members on the board.

redis.call('ZADD', KEYS[1], 'NX', 0, ARGV[1])
redis.call('HSET', KEYS[2], 'label:' .. ARGV[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
