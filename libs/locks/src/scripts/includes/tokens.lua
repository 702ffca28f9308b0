-- The next fencing token of a resource, as text.
--
-- Never below the server's time in microseconds: tokens go on rising even when the last one was
-- forgotten, whether it expired, the server was emptied or a replica without it took over.

local function nextToken(fence, rememberMs)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local token = string.format('%.0f', now)
  local last = tonumber(redis.call('SET', fence, token, 'PX', rememberMs, 'GET') or '0')
  if last >= now then
    token = string.format('%.0f', last + 1)
    redis.call('SET', fence, token, 'PX', rememberMs)
  end
  return token
end
