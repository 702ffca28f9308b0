-- The most frequent items of a day in bounded memory, by SpaceSaving (Metwally, Agrawal, El Abbadi, 2005):
-- a list of counters of which the least gives way to what is new, which takes over its count as a possible
-- error. After distinct.lua.

local TOP_KEPT_MS = 40 * DAY_MS

local function topList(shard, dimension, day)
  return shard .. ':top:' .. dimension .. ':' .. day
end

local function topErrors(list)
  return list .. ':errors'
end

local function addFrequent(list, item, by, most)
  if redis.call('ZSCORE', list, item) or redis.call('ZCARD', list) < most then
    redis.call('ZINCRBY', list, by, item)
    return
  end
  local least = redis.call('ZPOPMIN', list)
  redis.call('HDEL', topErrors(list), least[1])
  redis.call('ZADD', list, least[2] + by, item)
  redis.call('HSET', topErrors(list), item, least[2])
end

local function expireTop(list, expiresAt)
  redis.call('PEXPIREAT', list, expiresAt)
  redis.call('PEXPIREAT', topErrors(list), expiresAt)
end
