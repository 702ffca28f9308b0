-- Ends a claim: frees the lock if the caller holds it, gives up its place if it waits, and hands a
-- lock that is free now to the first who waits.
--
-- KEYS[1] lock
-- KEYS[2] fence
-- KEYS[3] queue
-- KEYS[4] alive
-- ARGV[1] owner
-- ARGV[2] what the channels of managers begin with
-- ARGV[3] milliseconds to remember the last token
-- Returns 1, or 0 when the lock is free or another's.

local lock, fence, queue, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local holder = redis.call('GET', lock)
local isHeld = holder == ARGV[1]

-- Mostly nobody else is there: what is for others is not even defined before.
if isHeld and redis.call('EXISTS', queue) == 0 then
  return redis.call('DEL', lock)
end

-- @include tokens
-- @include waiters

-- Who hears of it becomes the owner here and now. Who may not is only woken: its manager does not
-- listen yet, is dead, or listens at another node of a cluster.
local function handOver(first)
  local ttlMs, manager = termsOf(first)
  local channel = manager and ARGV[2] .. manager
  if channel and redis.call('PUBSUB', 'NUMSUB', channel)[2] > 0 then
    redis.call('SET', lock, first, 'PX', ttlMs)
    leave(queue, alive, first)
    redis.call('PUBLISH', channel, nextToken(fence, ARGV[3]) .. ' ' .. first)
    return
  end
  redis.call('DEL', lock)
  if channel then
    redis.call('PUBLISH', channel, first)
  end
end

if not isHeld then
  leave(queue, alive, ARGV[1])
end
if isHeld or not holder then
  -- One who has given up may have been woken, and nobody else since.
  local first = firstInLine(queue, alive)
  if first then
    handOver(first)
  elseif isHeld then
    redis.call('DEL', lock)
  end
end
return isHeld and 1 or 0
