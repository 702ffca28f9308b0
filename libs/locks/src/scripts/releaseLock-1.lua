-- Frees a lock, if the caller still holds it.
--
-- KEYS[1] lock
-- ARGV[1] owner
-- Returns 1, or 0 when the lock is free or another's.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
