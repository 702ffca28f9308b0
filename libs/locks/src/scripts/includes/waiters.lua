-- Those who wait for a resource, in the order in which they came.
--
--   queue: a sorted set of their claims' owners, by ticket
--   alive: a sorted set of the same, by when they count as dead: milliseconds of the server's clock
--
-- An owner is `<number>:<lease in milliseconds>:<since>:<manager>`; its manager listens on a channel
-- of its own.

local function milliseconds()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function leave(queue, alive, owner)
  if redis.call('ZREM', queue, owner) == 1 then
    redis.call('ZREM', alive, owner)
  end
end

-- Takes a place at the end, or keeps the one it has, for as long as it says again that it lives.
local function wait(queue, alive, owner, aliveMs)
  if not redis.call('ZSCORE', queue, owner) then
    local last = redis.call('ZREVRANGE', queue, 0, 0, 'WITHSCORES')
    redis.call('ZADD', queue, tonumber(last[2] or '0') + 1, owner)
  end
  redis.call('ZADD', alive, milliseconds() + aliveMs, owner)
  redis.call('PEXPIRE', queue, aliveMs)
  redis.call('PEXPIRE', alive, aliveMs)
end

-- The first who is alive, and for how many milliseconds it counts so. The dead before it go.
local function firstInLine(queue, alive)
  if redis.call('EXISTS', queue) == 0 then
    return nil
  end
  local now = milliseconds()
  while true do
    local first = redis.call('ZRANGE', queue, 0, 0)[1]
    if not first then
      return nil
    end
    local leftMs = tonumber(redis.call('ZSCORE', alive, first) or '0') - now
    if leftMs > 0 then
      return first, leftMs
    end
    leave(queue, alive, first)
  end
end

-- For how long an owner wants the lock, and its manager; nil when another program wrote the name.
local function termsOf(owner)
  return string.match(owner, '^%d+:(%d+):%d+:(.+)$')
end

-- Only the first: the others would come in vain.
local function wakeFirst(queue, alive, channels)
  local first = firstInLine(queue, alive)
  local _, manager = termsOf(first or '')
  if manager then
    redis.call('PUBLISH', channels .. manager, first)
  end
end
