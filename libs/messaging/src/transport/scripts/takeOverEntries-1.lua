-- Takes over what was delivered and not acknowledged in a partition, oldest first, from whomever it
-- was delivered to: only its owner may, and before it reads on.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  partition
-- ARGV[4]  epoch
-- ARGV[5]  id of the entry after which to go on; empty at the beginning
-- ARGV[6]  how many at most
--
-- Returns {} when the partition is not the member's or the group is paused, else
-- { id to go on after (empty: that was all), id of the last entry that the group was given,
-- how many came from other members, { id, attempts begun, fields }, … }.
local base, group, member, partition = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call('HGET', base .. ':group:' .. group, 'partition:' .. partition)
if owner ~= ARGV[4] .. ' ' .. member then return {} end
if redis.call('EXISTS', base .. ':pause:' .. group) == 1 then return {} end

local stream, last = base .. ':' .. partition, '0-0'
local groups = redis.pcall('XINFO', 'GROUPS', stream)
for _, info in ipairs(groups.err and {} or groups) do
  if info[2] == group then
    for index = 1, #info, 2 do
      if info[index] == 'last-delivered-id' then last = info[index + 1] end
    end
  end
end

local from = ARGV[5] == '' and '-' or '(' .. ARGV[5]
local pending = redis.pcall('XPENDING', stream, group, from, '+', ARGV[6])
if pending.err then
  -- Reading notices, and creates the group.
  if string.find(pending.err, 'NOGROUP', 1, true) then return { '', last, 0 } end
  return pending
end

local isAll = #pending < tonumber(ARGV[6])
local reply = { isAll and '' or pending[#pending][1], last, 0 }
for _, entry in ipairs(pending) do
  local id, holder, begun = entry[1], entry[2], entry[4]
  -- An entry that is no longer in the stream leaves the list of pending ones by this, too.
  local found = redis.call('XCLAIM', stream, group, member, 0, id, 'RETRYCOUNT', begun)[1]
  if found then
    reply[#reply + 1] = { id, begun, found[2] }
    if holder ~= member then reply[3] = reply[3] + 1 end
  end
end
return reply
