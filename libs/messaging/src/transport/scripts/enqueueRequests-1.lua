-- Appends requests, as far as there is room for more that wait.
--
-- KEYS[1]  stream of the requests for one service
-- ARGV[1]  group of that service
-- ARGV[2]  how many may wait
-- ARGV[3…] 3 values for each request: time in milliseconds, envelope (JSON), payload
--
-- Returns how many of them were appended (the first ones), and for how many more there was room.
local key, group, bound = KEYS[1], ARGV[1], tonumber(ARGV[2])
local asked = (#ARGV - 2) / 3

-- What a replica has taken does not wait any more, though it stays until it is done with.
local function countWaiting()
  local pending = redis.pcall('XPENDING', key, group)
  return math.max(0, redis.call('XLEN', key) - (pending.err and 0 or pending[1]))
end

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

local waiting = redis.call('XLEN', key)
if waiting + asked > bound then waiting = countWaiting() end
if waiting + asked > bound then
  dropExpired()
  waiting = countWaiting()
end
local accepted = math.min(asked, math.max(0, bound - waiting))
for request = 0, accepted - 1 do
  local at = 3 + request * 3
  redis.call('XADD', key, '*', 'timeout', ARGV[at], 'request', ARGV[at + 1], 'payload', ARGV[at + 2])
end
return { accepted, math.max(0, bound - waiting - accepted) }
