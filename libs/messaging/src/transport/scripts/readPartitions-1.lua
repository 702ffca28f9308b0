-- Reads new entries of the partitions that a member owns, and of no other: a member that was frozen
-- while another took its place reads nothing. A group that is missing is created, to read from the
-- start of what is there.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  how many entries at most
-- ARGV[4…] pairs: partition, epoch
--
-- Returns { 1 while the group is paused, partitions that are not the member's,
-- partitions whose group was created, { partition, entries, … } }.
local base, group, member, left = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local lost, created, found = {}, {}, {}
if redis.call('EXISTS', base .. ':pause:' .. group) == 1 then return { 1, lost, created, found } end

local fields = {}
for index = 4, #ARGV, 2 do fields[#fields + 1] = 'partition:' .. ARGV[index] end
local owners = redis.call('HMGET', base .. ':group:' .. group, unpack(fields))

local function read(stream)
  return redis.pcall('XREADGROUP', 'GROUP', group, member, 'COUNT', left, 'STREAMS', stream, '>')
end

for index = 1, #fields do
  local partition, epoch = ARGV[2 + index * 2], ARGV[3 + index * 2]
  if owners[index] ~= epoch .. ' ' .. member then
    lost[#lost + 1] = tonumber(partition)
  elseif left > 0 then
    local stream = base .. ':' .. partition
    local reply = read(stream)
    if reply and reply.err then
      if not string.find(reply.err, 'NOGROUP', 1, true) then return reply end
      redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
      created[#created + 1] = tonumber(partition)
      reply = read(stream)
    end
    if reply then
      found[#found + 1], found[#found + 2] = tonumber(partition), reply[1][2]
      left = left - #reply[1][2]
    end
  end
end
return { 0, lost, created, found }
