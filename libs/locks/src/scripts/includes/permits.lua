-- A resource with several holders at a time. Included behind waiters.lua.
--
--   permits: a sorted set of holders by when their lease ends, in milliseconds of the server's clock.
--   A holder is its owner behind `s:` when it shares the resource, behind `x:` when it does not.

local function memberOf(mode, owner)
  return mode .. ':' .. owner
end

local function forgetExpired(permits, now)
  redis.call('ZREMRANGEBYSCORE', permits, '-inf', now)
end

-- As long as the last of the leases.
local function expireWithLast(permits)
  local last = redis.call('ZREVRANGE', permits, 0, 0, 'WITHSCORES')
  redis.call('PEXPIREAT', permits, last[2])
end

-- Whether one more may hold it: nobody but one that does not share, or fewer than so many that do.
local function hasRoom(permits, mode, capacity)
  local holders = redis.call('ZCARD', permits)
  if holders == 0 then
    return true
  end
  if mode == 'x' or holders >= capacity then
    return false
  end
  return string.sub(redis.call('ZRANGE', permits, 0, 0)[1], 1, 2) == 's:'
end
