-- Ends a claim to a permit: gives it back if the caller holds it, gives up its place if it waits, and
-- wakes the first who waits.
--
-- KEYS[1] permits
-- KEYS[2] queue
-- KEYS[3] alive
-- ARGV[1] owner
-- ARGV[2] what the channels of managers begin with
-- ARGV[3] s or x: how it was taken
-- Returns 1, or 0 when the lease was over.

-- @include waiters
-- @include permits

forgetExpired(KEYS[1], milliseconds())
local wasHeld = redis.call('ZREM', KEYS[1], memberOf(ARGV[3], ARGV[1]))
if wasHeld == 0 then
  leave(KEYS[2], KEYS[3], ARGV[1])
end
-- Whether there is room for it, the first finds out itself.
wakeFirst(KEYS[2], KEYS[3], ARGV[2])
return wasHeld
