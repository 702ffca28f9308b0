-- How far a group is behind.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
--
-- Returns { entries that the group has not acknowledged, age of the oldest in milliseconds }.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entries, oldest = 0, now

local function seen(id)
  oldest = math.min(oldest, tonumber(string.match(id, '^%d+')))
end

local function measure(stream, info)
  local pending, lag, last = 0, 0, '0-0'
  for index = 1, #info, 2 do
    if info[index] == 'pending' then pending = info[index + 1] end
    if info[index] == 'lag' then lag = info[index + 1] or 0 end
    if info[index] == 'last-delivered-id' then last = info[index + 1] end
  end
  entries = entries + pending + lag
  if pending > 0 then seen(redis.call('XPENDING', stream, ARGV[1])[2]) end
  local waiting = redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', 1)[1]
  if waiting then seen(waiting[1]) end
end

for partition = 0, tonumber(redis.call('HGET', KEYS[1] .. ':layout', 'partitions') or 0) - 1 do
  local stream = string.format('%s:%d', KEYS[1], partition)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, info in ipairs(groups.err and {} or groups) do
    if info[2] == ARGV[1] then measure(stream, info) end
  end
end
return { entries, math.max(0, now - oldest) }
