-- Ends a claim: frees the lock if the caller holds it, gives up its place if it waits, and wakes
-- the first who waits for a lock that is free now. Includes waiters.lua.
--
-- KEYS[1] lock
-- KEYS[2] queue
-- KEYS[3] alive
-- ARGV[1] owner
-- ARGV[2] what the channels of managers begin with
-- Returns 1, or 0 when the lock is free or another's.

local holder = redis.call('GET', KEYS[1])
local isHeld = holder == ARGV[1]
if isHeld then
  redis.call('DEL', KEYS[1])
else
  leave(KEYS[2], KEYS[3], ARGV[1])
end
-- It may have been woken for nothing, when it has given up since.
if isHeld or not holder then
  wakeFirst(KEYS[2], KEYS[3], ARGV[2])
end
return isHeld and 1 or 0
