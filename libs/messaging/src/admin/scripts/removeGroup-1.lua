-- Removes a group that has no live member: nobody waits for it any more, and its place is forgotten.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
--
-- Returns from how many partitions it was removed; -1, with nothing removed, while a member lives.
local base, key = KEYS[1], KEYS[1] .. ':group:' .. ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HGETALL', key)
for index = 1, #stored, 2 do
  if string.find(stored[index], '^member:') and tonumber(stored[index + 1]) > now then return -1 end
end
local removed = 0
for partition = 0, tonumber(redis.call('HGET', base .. ':layout', 'partitions') or 0) - 1 do
  local destroyed = redis.pcall('XGROUP', 'DESTROY', string.format('%s:%d', base, partition), ARGV[1])
  if destroyed == 1 then removed = removed + 1 end
end
redis.call('DEL', key, base .. ':pause:' .. ARGV[1])
return removed
