-- Lets a lease run anew, if it still is the caller's.
--
-- KEYS[1] lease
-- ARGV[1] token
-- ARGV[2] lease in milliseconds, counted from now
-- Returns 1, or 0 when it was taken away.

local holder = redis.call('GET', KEYS[1])
if holder ~= ARGV[1] and holder ~= ARGV[1] .. '|w' then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
