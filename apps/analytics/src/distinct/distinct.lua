-- Sets of people that are exact while they are small and HyperLogLogs above, under one name each.
-- First part of every script that adds to them or reads them; a person is a whole number below 2^53,
-- which Redis packs into 8 bytes or less while the set is small.

-- The most people that a set names. Above, 12 KiB hold any number.
local MOST_EXACT = 256
local DAY_MS = 86400000

local function serverMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function isEstimate(key)
  return redis.call('TYPE', key).ok == 'string'
end

-- PFADD of any number of people: unpack has its limit.
local function estimate(key, people)
  for from = 1, #people, 1000 do
    redis.call('PFADD', key, unpack(people, from, math.min(from + 999, #people)))
  end
end

-- Tells whether the set may have changed.
local function addDistinct(key, person, expiresAt)
  if isEstimate(key) then
    return redis.call('PFADD', key, person) == 1
  end
  if redis.call('SADD', key, person) == 0 then
    return false
  end
  local size = redis.call('SCARD', key)
  if size > MOST_EXACT then
    local people = redis.call('SMEMBERS', key)
    redis.call('DEL', key)
    estimate(key, people)
  end
  if size == 1 or size > MOST_EXACT then
    redis.call('PEXPIREAT', key, expiresAt)
  end
  return true
end

-- Unites sets into `into`, which is an exact one while it can be. Returns how many people there are,
-- and whether that is exact.
local function unite(into, keys)
  local estimates, exact = {}, {}
  for _, key in ipairs(keys) do
    if isEstimate(key) then
      estimates[#estimates + 1] = key
    else
      exact[#exact + 1] = key
    end
  end
  if #estimates == 0 then
    local size = redis.call('SUNIONSTORE', into, unpack(exact))
    if size <= MOST_EXACT then
      return size, true
    end
    local people = redis.call('SMEMBERS', into)
    redis.call('DEL', into)
    estimate(into, people)
  else
    redis.call('DEL', into)
    redis.call('PFMERGE', into, unpack(estimates))
    for _, key in ipairs(exact) do
      estimate(into, redis.call('SMEMBERS', key))
    end
  end
  return redis.call('PFCOUNT', into), false
end
