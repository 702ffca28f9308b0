-- Appends requests, as far as there is room for more that wait.
--
-- KEYS[1]  stream of the requests for one service
-- ARGV[1]  how many may wait
-- ARGV[2]  channel for the replies
-- ARGV[3…] 5 values for each request: id, topic, time in milliseconds, payload (JSON), headers (JSON)
--
-- Returns how many of them were appended: the first ones.
local key, bound, channel = KEYS[1], tonumber(ARGV[1]), ARGV[2]
local asked = (#ARGV - 2) / 5

-- Where no replica runs, nobody else clears away what its callers no longer wait for.
local function dropExpired()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  for _, entry in ipairs(redis.call('XRANGE', key, '-', '+', 'COUNT', 1000)) do
    local added = tonumber(string.match(entry[1], '^%d+'))
    for index = 1, #entry[2], 2 do
      if entry[2][index] == 'timeout' and added + tonumber(entry[2][index + 1]) < now then
        redis.call('XDEL', key, entry[1])
      end
    end
  end
end

if redis.call('XLEN', key) + asked > bound then dropExpired() end
local accepted = math.min(asked, math.max(0, bound - redis.call('XLEN', key)))
for request = 0, accepted - 1 do
  local at = 3 + request * 5
  redis.call('XADD', key, '*', 'id', ARGV[at], 'topic', ARGV[at + 1], 'reply', channel,
    'timeout', ARGV[at + 2], 'payload', ARGV[at + 3], 'headers', ARGV[at + 4])
end
return accepted
