-- Shows that a consumer still works on entries, so that no other takes them over.
--
-- KEYS[1]  stream
-- ARGV[1]  group
-- ARGV[2]  consumer
-- ARGV[3…] pairs: id, number of the attempt under way
--
-- Returns the ids that are no longer this consumer's.
local key, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local lost = {}
for index = 3, #ARGV, 2 do
  local id, attempt = ARGV[index], ARGV[index + 1]
  -- XCLAIM alone would take the entry back from its new owner.
  local owned = redis.pcall('XPENDING', key, group, id, id, 1, consumer)
  if owned.err or #owned == 0 then
    lost[#lost + 1] = id
  else
    redis.call('XCLAIM', key, group, consumer, 0, id, 'RETRYCOUNT', attempt, 'JUSTID')
  end
end
return lost
