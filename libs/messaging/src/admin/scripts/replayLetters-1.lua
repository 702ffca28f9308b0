-- Puts dead letters back to the end of their partitions, for the group alone that they died in.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  number of partitions that is taken for granted
-- ARGV[3…] pairs: id of the letter, partition of its key
--
-- Returns the ids of those that were replayed; false, with none replayed, when the number of
-- partitions is another.
local base, group = KEYS[1], ARGV[1]
if redis.call('HGET', base .. ':layout', 'partitions') ~= ARGV[2] then return false end
local letters, replayed = base .. ':dead:' .. group, {}
for index = 3, #ARGV, 2 do
  local id = ARGV[index]
  local letter = redis.call('XRANGE', letters, id, id)[1]
  if letter then
    local fields = {}
    for at = 1, #letter[2], 2 do
      local name = letter[2][at]
      if name ~= 'only' and string.sub(name, 1, 5) ~= 'dead-' then
        fields[#fields + 1] = name
        fields[#fields + 1] = letter[2][at + 1]
      end
    end
    fields[#fields + 1] = 'only'
    fields[#fields + 1] = group
    redis.call('XADD', base .. ':' .. ARGV[index + 1], '*', unpack(fields))
    redis.call('XDEL', letters, id)
    replayed[#replayed + 1] = id
  end
end
return replayed
