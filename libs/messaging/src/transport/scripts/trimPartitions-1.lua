-- Removes entries that every group has acknowledged and that are past their retention.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  retention in milliseconds
-- ARGV[2]  number of entries, spread evenly, above which the retention no longer counts
--
-- Returns how many entries were removed.
local function parse(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function earlier(a, b)
  local aMs, aSeq = parse(a)
  local bMs, bSeq = parse(b)
  return aMs < bMs or (aMs == bMs and aSeq < bSeq)
end

local function field(reply, name)
  for index = 1, #reply, 2 do
    if reply[index] == name then return reply[index + 1] end
  end
end

local partitions = tonumber(redis.call('HGET', KEYS[1] .. ':layout', 'partitions') or 0)
if partitions == 0 then return 0 end
local bound = math.ceil(ARGV[2] / partitions)
local time = redis.call('TIME')
local kept = string.format('%.0f-0', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1])

local function trim(stream)
  local groups = redis.call('XINFO', 'GROUPS', stream)
  -- Everything before this was read by each group and is pending in none.
  local floor
  for _, group in ipairs(groups) do
    local first = redis.call('XPENDING', stream, field(group, 'name'))[2]
    local reached = first or field(group, 'last-delivered-id')
    if not floor or earlier(reached, floor) then floor = reached end
  end
  local isLong = redis.call('XLEN', stream) > bound
  -- Where no service subscribes, only the retention counts.
  if not floor and isLong then return redis.call('XTRIM', stream, 'MAXLEN', '~', bound) end
  if not floor or (not isLong and earlier(kept, floor)) then floor = kept end
  return redis.call('XTRIM', stream, 'MINID', '~', floor)
end

local removed = 0
for partition = 0, partitions - 1 do
  local stream = string.format('%s:%d', KEYS[1], partition)
  if redis.call('EXISTS', stream) == 1 then removed = removed + trim(stream) end
end
return removed
