-- Forgets consumers that are gone and have nothing pending.
--
-- KEYS[1]  stream
-- ARGV[1]  group
-- ARGV[2]  least time without a sign of life, in milliseconds
--
-- Returns how many consumers were removed.
local function field(reply, name)
  for index = 1, #reply, 2 do
    if reply[index] == name then return reply[index + 1] end
  end
end

local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return 0 end
local removed = 0
for _, consumer in ipairs(consumers) do
  if field(consumer, 'pending') == 0 and field(consumer, 'idle') >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], field(consumer, 'name'))
    removed = removed + 1
  end
end
return removed
