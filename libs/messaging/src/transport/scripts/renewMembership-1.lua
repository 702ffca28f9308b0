-- Renews a member's lease, and shares out the partitions among the members of its group. All that
-- is decided about ownership is decided here, by the server's clock.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  group
-- ARGV[2]  member
-- ARGV[3]  lease in milliseconds; 0: the member leaves
-- ARGV[4]  number of partitions as the member knows it; 0 when it does not
-- ARGV[5]  highest revision of the membership that the member has seen; 0 for none
-- ARGV[6]  number of partitions that the member holds
-- ARGV[7…] pairs: partition, epoch; first those that it holds, then those that it lets go of
--
-- Returns {} while the publisher has laid out no partitions, else
-- { partitions, revision, partitions to let go of, partitions to come, partition, epoch, … }: the
-- pairs are those that are the member's now.
--
-- The hash <base>:group:<group> has: revision; settling, a time until which nothing changes hands;
-- member:<name>, the time when its lease ends; partition:<n>, its epoch and its owner. Revisions and
-- epochs are one rising count that starts at the server's microseconds, so that one given out after
-- a loss of data is higher than any before it.
local base, group, member = KEYS[1], ARGV[1], ARGV[2]
local leaseMs, seen, holds = tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])
local layout, key = base .. ':layout', base .. ':group:' .. group

local partitions = tonumber(redis.call('HGET', layout, 'partitions') or ARGV[4])
if partitions == 0 then return {} end
redis.call('HSETNX', layout, 'partitions', partitions)

local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)

local function text(number)
  return string.format('%.0f', number)
end

local function stream(partition)
  return string.format('%s:%d', base, partition)
end

-- What is known -----------------------------------------------------------------------------------

local revision, settling, leases, owners, epochs = nil, 0, {}, {}, {}
local stored = redis.call('HGETALL', key)
for index = 1, #stored, 2 do
  local name, value = stored[index], stored[index + 1]
  local about, which = string.match(name, '^(%a+):(.*)$')
  if name == 'revision' then revision = tonumber(value)
  elseif name == 'settling' then settling = tonumber(value)
  elseif about == 'member' then leases[which] = tonumber(value)
  elseif about == 'partition' then
    local epoch, owner = string.match(value, '^(%d+) (.*)$')
    if tonumber(which) < partitions then
      owners[tonumber(which)], epochs[tonumber(which)] = owner, tonumber(epoch)
    else
      redis.call('HDEL', key, name)
    end
  end
end

local isChanged = false
local function own(partition, owner, epoch)
  owners[partition], epochs[partition], isChanged = owner, epoch, true
  redis.call('HSET', key, 'partition:' .. text(partition), text(epoch) .. ' ' .. owner)
end
local function free(partition)
  owners[partition], epochs[partition], isChanged = nil, nil, true
  redis.call('HDEL', key, 'partition:' .. text(partition))
end
local function settle()
  settling = now + leaseMs
  redis.call('HSET', key, 'settling', text(settling))
end

-- Whether the data went back in time, or went ------------------------------------------------------

local function groupExists()
  local groups = redis.pcall('XINFO', 'GROUPS', stream(0))
  for _, info in ipairs(groups.err and {} or groups) do
    if info[2] == group then return true end
  end
  return false
end

if leaseMs == 0 and (not revision or seen > revision) then return {} end

-- Members may still work on partitions that nobody here knows of: each says what it holds within a
-- lease, and nothing else is given out before.
if (revision and seen > revision) or (not revision and (seen > 0 or groupExists())) then
  redis.call('DEL', key)
  leases, owners, epochs, isChanged = {}, {}, {}, true
  settle()
end
local fresh = math.max((revision or 0) + 1, seen + 1, micros)

-- The member's own word ----------------------------------------------------------------------------

local function expired(name)
  return name ~= member and leases[name] <= now
end
local function othersExpired()
  for name in pairs(leases) do
    if expired(name) then return true end
  end
  return false
end

if leaseMs == 0 then
  leases[member], isChanged = nil, true
  redis.call('HDEL', key, 'member:' .. member)
  for partition, owner in pairs(owners) do
    if owner == member then free(partition) end
  end
else
  if not leases[member] then
    isChanged = true
    for partition = 0, partitions - 1 do
      redis.pcall('XGROUP', 'CREATE', stream(partition), group, '0', 'MKSTREAM')
    end
  elseif leases[member] <= now and settling + leaseMs <= now and othersExpired() then
    -- This member is late as others are: the server may have been away, and nobody dead. Not twice
    -- in a row, or one that is always late would keep the dead alive.
    settle()
  end
  leases[member] = now + leaseMs
  redis.call('HSET', key, 'member:' .. member, text(leases[member]))
end

for index = 7, #ARGV, 2 do
  local partition, epoch = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
  if index < 7 + 2 * holds then
    local isUnknown = not owners[partition] or epochs[partition] < epoch
    if leaseMs > 0 and now < settling and partition < partitions and isUnknown then
      own(partition, member, epoch)
    end
  elseif owners[partition] == member and epochs[partition] == epoch then
    free(partition)
  end
end

-- The dead -----------------------------------------------------------------------------------------

if now >= settling then
  for name in pairs(leases) do
    if expired(name) then
      leases[name], isChanged = nil, true
      redis.call('HDEL', key, 'member:' .. name)
    end
  end
  for partition, owner in pairs(owners) do
    if not leases[owner] then free(partition) end
  end
end

-- Shares -------------------------------------------------------------------------------------------

local counts, members = {}, 0
for name in pairs(leases) do
  counts[name], members = 0, members + 1
end
for _, owner in pairs(owners) do
  if counts[owner] then counts[owner] = counts[owner] + 1 end
end

-- As many as any other; where the partitions do not divide, one more for those that have the most.
local function share()
  local least = math.floor(partitions / members)
  local ahead, mine = 0, counts[member]
  for name, count in pairs(counts) do
    local isAhead = count > mine or (count == mine and name < member)
    if name ~= member and count > least and isAhead then ahead = ahead + 1 end
  end
  return ahead < partitions % members and least + 1 or least
end

local surplus, missing = 0, 0
if leaseMs > 0 then
  for partition = 0, partitions - 1 do
    if now >= settling and not owners[partition] and counts[member] < share() then
      own(partition, member, fresh)
      counts[member] = counts[member] + 1
    end
  end
  missing = math.max(0, share() - counts[member])
  if now >= settling then surplus = math.max(0, counts[member] - share()) end
end

if isChanged then
  revision = fresh
  redis.call('HSET', key, 'revision', text(revision))
end

local reply = { partitions, text(revision), surplus, missing }
for partition, owner in pairs(owners) do
  if owner == member then
    reply[#reply + 1] = partition
    reply[#reply + 1] = text(epochs[partition])
  end
end
return reply
