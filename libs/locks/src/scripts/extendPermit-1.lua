-- Lets the lease on a permit run anew, if the caller still holds it.
--
-- KEYS[1] permits
-- ARGV[1] owner
-- ARGV[2] lease in milliseconds, counted from now
-- ARGV[3] s or x: how it was taken
-- Returns 1, or 0 when the lease is over.

-- @include waiters
-- @include permits

local now = milliseconds()
forgetExpired(KEYS[1], now)
local member = memberOf(ARGV[3], ARGV[1])
if not redis.call('ZSCORE', KEYS[1], member) then
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], member)
expireWithLast(KEYS[1])
return 1
