-- Takes a permit of a resource that several may hold: one of some, or all at once. First come, first
-- served. An owner that asks again, because it did not hear the first answer, gets it too.
--
-- KEYS[1] permits
-- KEYS[2] fence: the last fencing token given out for this resource
-- KEYS[3] queue
-- KEYS[4] alive
-- ARGV[1] owner
-- ARGV[2] lease in milliseconds
-- ARGV[3] milliseconds to remember the last token
-- ARGV[4] milliseconds until a waiter that is not heard of counts as dead; 0 for one that won't wait
-- ARGV[5] how many may share the resource
-- ARGV[6] s to share it, x to have it alone
-- ARGV[7] what the channels of managers begin with
-- Returns { token, as text } or { nil, milliseconds after which it may be had without a wake-up }.

-- @include tokens
-- @include waiters
-- @include permits

local permits, fence, queue, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner, aliveMs, capacity, mode = ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local member = memberOf(mode, owner)
local now = milliseconds()

local function refuse(leftMs)
  if aliveMs > 0 then
    wait(queue, alive, owner, aliveMs)
  end
  return { false, leftMs }
end

forgetExpired(permits, now)
if not redis.call('ZSCORE', permits, member) then
  local first, leftMs = firstInLine(queue, alive)
  if first and first ~= owner then
    return refuse(leftMs)
  end
  if not hasRoom(permits, mode, capacity) then
    return refuse(redis.call('ZRANGE', permits, 0, 0, 'WITHSCORES')[2] - now)
  end
end

if aliveMs > 0 then
  leave(queue, alive, owner)
end
local token = nextToken(fence, ARGV[3])
redis.call('ZADD', permits, now + ARGV[2], member)
expireWithLast(permits)
-- The next may share it, too.
if hasRoom(permits, 's', capacity) then
  wakeFirst(queue, alive, ARGV[7])
end
return { token }
