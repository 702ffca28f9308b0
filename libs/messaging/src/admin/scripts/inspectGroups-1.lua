-- How the groups of one publisher stand.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
--
-- Returns {} when the publisher is not known, else { partitions, entries in them, delayed events,
-- group, … }. A group is { name, paused since (milliseconds since 1970; 0: it is not), reason,
-- dead letters, { member, milliseconds left of its lease, … }, { partition, … } }. A partition is
-- { number, owner (empty: none), pending, lag (-1: Redis cannot tell), age of the oldest entry that
-- is not acknowledged in milliseconds (0: there is none) }.
local base = KEYS[1]
local partitions = tonumber(redis.call('HGET', base .. ':layout', 'partitions') or 0)
if partitions == 0 then return {} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function age(id)
  return math.max(0, now - tonumber(string.match(id, '^%d+')))
end

local function measure(partition, stream, info)
  local facts = {}
  for index = 1, #info, 2 do facts[info[index]] = info[index + 1] end
  local oldest = 0
  if facts.pending > 0 then oldest = age(redis.call('XPENDING', stream, facts.name)[2]) end
  local after = '(' .. facts['last-delivered-id']
  local waiting = redis.call('XRANGE', stream, after, '+', 'COUNT', 1)[1]
  if waiting then oldest = math.max(oldest, age(waiting[1])) end
  return { partition, '', facts.pending, facts.lag or -1, oldest }
end

local function membersOf(name, measured)
  local members, stored = {}, redis.call('HGETALL', base .. ':group:' .. name)
  for index = 1, #stored, 2 do
    local about, which = string.match(stored[index], '^(%a+):(.*)$')
    if about == 'member' then
      members[#members + 1] = which
      members[#members + 1] = math.max(0, tonumber(stored[index + 1]) - now)
    elseif about == 'partition' then
      for _, partition in ipairs(measured) do
        if partition[1] == tonumber(which) then
          partition[2] = string.match(stored[index + 1], ' (.*)$')
        end
      end
    end
  end
  return members
end

local groups, names, entries = {}, {}, 0
for partition = 0, partitions - 1 do
  local stream = string.format('%s:%d', base, partition)
  entries = entries + redis.call('XLEN', stream)
  local infos = redis.pcall('XINFO', 'GROUPS', stream)
  for _, info in ipairs(infos.err and {} or infos) do
    local name = info[2]
    if not groups[name] then
      groups[name], names[#names + 1] = {}, name
    end
    table.insert(groups[name], measure(partition, stream, info))
  end
end

local reply = { partitions, entries, redis.call('ZCARD', base .. ':delayed') }
for _, name in ipairs(names) do
  local pause = redis.call('HMGET', base .. ':pause:' .. name, 'since', 'reason')
  local members = membersOf(name, groups[name])
  reply[#reply + 1] = { name, tonumber(pause[1] or 0), pause[2] or '',
    redis.call('XLEN', base .. ':dead:' .. name), members, groups[name] }
end
return reply
