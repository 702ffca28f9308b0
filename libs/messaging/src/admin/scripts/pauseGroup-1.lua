-- Pauses a group. One that is paused already stays so since it was, with the new reason.
--
-- KEYS[1]  hash of the pause
-- ARGV[1]  reason
--
-- Returns since when it is paused, in milliseconds since 1970.
local time = redis.call('TIME')
redis.call('HSETNX', KEYS[1], 'since', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('HSET', KEYS[1], 'reason', ARGV[1])
return tonumber(redis.call('HGET', KEYS[1], 'since'))
