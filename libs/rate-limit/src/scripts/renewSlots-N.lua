-- Lets the slots of one holder run anew, as far as they have not freed themselves. Comes after
-- serverTime.lua.
--
-- KEYS[i] a concurrency policy's slots
-- ARGV[1] the holder's slot
-- ARGV[2…] of each key two: how many slots it holds there, and the lease in microseconds
-- Returns 1, or 0 when one of them was gone.

local now, held = serverTime(), 1
for i = 1, #KEYS do
  local count, lease = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  for n = 1, count do
    local member = ARGV[1] .. ':' .. n
    local until_ = redis.call('ZSCORE', KEYS[i], member)
    if until_ and tonumber(until_) > now then
      redis.call('ZADD', KEYS[i], now + lease, member)
    else
      held = 0
    end
  end
  local last = redis.call('ZRANGE', KEYS[i], -1, -1, 'WITHSCORES')
  if last[2] then
    redis.call('PEXPIRE', KEYS[i], math.max(1, math.ceil((last[2] - now) / 1000)))
  end
end
return held
