-- Appends events in their order: all or none.
--
-- KEYS[1]  stream
-- ARGV     5 values for each event: id, topic, key, payload (JSON), headers (JSON)
--
-- Returns how many were appended.
for index = 1, #ARGV, 5 do
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[index], 'topic', ARGV[index + 1],
    'key', ARGV[index + 2], 'payload', ARGV[index + 3], 'headers', ARGV[index + 4])
end
return #ARGV / 5
