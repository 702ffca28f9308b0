-- Sends replies, and removes the requests that are done with.
--
-- KEYS[1]  stream of the requests
-- ARGV[1]  group
-- ARGV[2]  number of requests that are done with
-- ARGV[3…] their ids, then pairs: channel, message
--
-- Returns for each pair how many heard it.
local done = tonumber(ARGV[2])
if done > 0 then
  redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 3, 2 + done))
  redis.call('XDEL', KEYS[1], unpack(ARGV, 3, 2 + done))
end
local receivers = {}
for index = 3 + done, #ARGV, 2 do
  receivers[#receivers + 1] = redis.call('PUBLISH', ARGV[index], ARGV[index + 1])
end
return receivers
