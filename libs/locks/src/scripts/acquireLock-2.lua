-- Takes a lock that is free. An owner that asks again, because it did not hear the first answer,
-- gets it too.
--
-- KEYS[1] lock: holds its owner, expires with the lease
-- KEYS[2] fence: the last fencing token given out for this resource
-- ARGV[1] owner
-- ARGV[2] lease in milliseconds
-- ARGV[3] milliseconds to remember the last token
-- Returns { token, as text } or { nil, milliseconds left to the holder }.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return { false, redis.call('PTTL', KEYS[1]) }
end

-- Never below the server's time in microseconds: tokens go on rising even when the last one was
-- forgotten, whether it expired, the server was emptied or a replica without it took over.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, now))

redis.call('SET', KEYS[2], token, 'PX', ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { token }
