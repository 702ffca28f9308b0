-- Publishes messages to several callers.
--
-- KEYS[1]  stream of the requests: says which server of a cluster runs this
-- ARGV     pairs: channel, message
--
-- Returns for each pair how many heard it.
local receivers = {}
for index = 1, #ARGV, 2 do
  receivers[#receivers + 1] = redis.call('PUBLISH', ARGV[index], ARGV[index + 1])
end
return receivers
