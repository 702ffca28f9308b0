-- The next fencing token of a resource, as text. Included before a script.
--
-- Never below the server's time in microseconds: tokens go on rising even when the last one was
-- forgotten, whether it expired, the server was emptied or a replica without it took over.

local function nextToken(fence, rememberMs)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local last = tonumber(redis.call('GET', fence) or '0')
  local token = string.format('%.0f', math.max(last + 1, now))
  redis.call('SET', fence, token, 'PX', rememberMs)
  return token
end
