-- Takes a lock that is free. An owner that asks again, because it did not hear the first answer,
-- gets it too. Who does not get it may take a place among those who wait.
--
-- KEYS[1] lock: holds its owner, expires with the lease
-- KEYS[2] fence: the last fencing token given out for this resource
-- KEYS[3] queue
-- KEYS[4] alive
-- ARGV[1] owner
-- ARGV[2] lease in milliseconds
-- ARGV[3] milliseconds to remember the last token
-- ARGV[4] milliseconds until a waiter that is not heard of counts as dead; 0 for one that won't wait
-- ARGV[5] 1 when nobody who waits may be overtaken
-- Returns { token, as text } or { nil, milliseconds after which it may be had without a wake-up, the
--   last token or nil }: what was handed over with that token or a lower one is over.

-- @include tokens

local lock, fence, queue, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local owner, ttlMs = ARGV[1], ARGV[2]

-- Mostly nobody else is there: what is for others is not even defined before.
if redis.call('EXISTS', queue) == 0 then
  if not redis.call('SET', lock, owner, 'NX', 'GET', 'PX', ttlMs) then
    return { nextToken(fence, ARGV[3]) }
  end
end

-- @include waiters

local aliveMs = tonumber(ARGV[4])

local function refuse(leftMs)
  if aliveMs > 0 then
    wait(queue, alive, owner, aliveMs)
  end
  return { false, leftMs, redis.call('GET', fence) }
end

if ARGV[5] == '1' and redis.call('EXISTS', lock) == 0 then
  local first, leftMs = firstInLine(queue, alive)
  if first and first ~= owner then
    return refuse(leftMs)
  end
end

local holder = redis.call('SET', lock, owner, 'NX', 'GET', 'PX', ttlMs)
if holder and holder ~= owner then
  return refuse(redis.call('PTTL', lock))
end
if holder then
  redis.call('PEXPIRE', lock, ttlMs)
end
if aliveMs > 0 then
  leave(queue, alive, owner)
end
return { nextToken(fence, ARGV[3]) }
