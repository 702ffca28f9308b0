-- Tells all replicas what has just been counted, and keeps it for readers who come back.
--
-- KEYS[1]  log: stream of what was told
-- ARGV[1]  channel
-- ARGV[2]  what is told
-- ARGV[3]  how many are kept, about
-- ARGV[4]  milliseconds that the log is kept after its last
-- Returns the id of the entry.

local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'told', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[1], id .. ' ' .. ARGV[2])
return id
