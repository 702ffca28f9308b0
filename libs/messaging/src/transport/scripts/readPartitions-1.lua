-- Reads new entries of the partitions that a member owns, and of no other: a member that was frozen
-- while another took its place reads nothing. Nor does a read that comes late, or after one whose
-- answer was lost: the member must know the last entry that its group was given. A group that is
-- missing is created, to read from the start of what is there.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  how many entries at most
-- ARGV[4…] 3 values for each partition: partition, epoch, id of the last entry known to be given
--
-- Returns { 1 while the group is paused, partitions that are not the member's, partitions of which
-- other entries were given, partitions whose group was created, { partition, entries, … } }.
local base, group, member, left = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local lost, behind, created, found = {}, {}, {}, {}
if redis.call('EXISTS', base .. ':pause:' .. group) == 1 then
  return { 1, lost, behind, created, found }
end

local fields = {}
for index = 4, #ARGV, 3 do fields[#fields + 1] = 'partition:' .. ARGV[index] end
local owners = redis.call('HMGET', base .. ':group:' .. group, unpack(fields))

local function lastGiven(stream)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, info in ipairs(groups.err and {} or groups) do
    if info[2] == group then
      for index = 3, #info, 2 do
        if info[index] == 'last-delivered-id' then return info[index + 1] end
      end
    end
  end
end

for index = 1, #fields do
  local at = 1 + index * 3
  local partition, epoch, known = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
  local stream = base .. ':' .. ARGV[at]
  if owners[index] ~= epoch .. ' ' .. member then
    lost[#lost + 1] = partition
  elseif left > 0 then
    local last = lastGiven(stream)
    if not last then
      redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
      created[#created + 1] = partition
    end
    if last and last ~= known then
      behind[#behind + 1] = partition
    else
      local reply = redis.call('XREADGROUP', 'GROUP', group, member, 'COUNT', left, 'STREAMS', stream, '>')
      if reply then
        found[#found + 1], found[#found + 2] = partition, reply[1][2]
        left = left - #reply[1][2]
      end
    end
  end
end
return { 0, lost, behind, created, found }
