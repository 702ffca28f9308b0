-- Lets a lease run anew, if the caller still holds it.
--
-- KEYS[1] lock
-- ARGV[1] owner
-- ARGV[2] lease in milliseconds, counted from now
-- Returns 1, or 0 when the lock is free or another's.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
