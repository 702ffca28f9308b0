-- Appends events in their order, each to its partition, or to the set of those that wait for their
-- time: all or none.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  number of partitions that the publisher takes for granted
-- ARGV[2]  entries of one partition that a group may have left undone
-- ARGV[3]  delayed events that may wait
-- ARGV[4]  fencing token; empty for none
-- ARGV[5…] 7 values for each event: partition, when it is due (milliseconds since 1970; empty: now),
--          id (a uuid), topic, key, payload, headers (JSON)
--
-- Returns { 'appended', 1 when the layout was made anew }, or, with nothing appended,
-- { 'layout', partitions that hold }, { 'fenced', highest token } or
-- { 'full', what is full, entries in it, the group that leaves them undone }.
local base, partitions, token, first, width = KEYS[1], ARGV[1], ARGV[4], 5, 7
local bound, delayedBound = tonumber(ARGV[2]), tonumber(ARGV[3])
local layout, delayed = base .. ':layout', base .. ':delayed'

-- Tokens are whole numbers, maybe larger than Lua counts exactly.
local function lower(a, b)
  return #a < #b or (#a == #b and a < b)
end

local function field(reply, name)
  for index = 1, #reply, 2 do
    if reply[index] == name then return reply[index + 1] end
  end
end

-- What the slowest group has left undone. Without a group nobody waits for the entries. Where Redis
-- cannot tell the lag, because somebody deleted entries by hand, only what is pending counts.
local function undone(stream)
  local most, slowest = 0, ''
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, group in ipairs(groups.err and {} or groups) do
    local count = field(group, 'pending') + (field(group, 'lag') or 0)
    if count > most then most, slowest = count, field(group, 'name') end
  end
  return most, slowest
end

local known = redis.call('HMGET', layout, 'partitions', 'fence')
if known[1] and known[1] ~= partitions then return { 'layout', known[1] } end
if token ~= '' and known[2] and lower(token, known[2]) then return { 'fenced', known[2] } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function waits(due)
  return due ~= '' and tonumber(due) > now
end

local streams, counts, later = {}, {}, 0
for index = first, #ARGV, width do
  local partition = ARGV[index]
  if waits(ARGV[index + 1]) then
    later = later + 1
  else
    streams[partition] = streams[partition] or base .. ':' .. partition
    counts[partition] = (counts[partition] or 0) + 1
  end
end
if later > 0 then
  local waiting = redis.call('ZCARD', delayed)
  if waiting > 0 and waiting + later > delayedBound then return { 'full', delayed, waiting, '' } end
end
for partition, stream in pairs(streams) do
  if redis.call('XLEN', stream) + counts[partition] > bound then
    local left, group = undone(stream)
    -- A batch larger than the bound itself passes where nothing is left undone.
    if left > 0 and left + counts[partition] > bound then return { 'full', stream, left, group } end
  end
end

if not known[1] then redis.call('HSET', layout, 'partitions', partitions) end
if token ~= '' and token ~= known[2] then redis.call('HSET', layout, 'fence', token) end
for index = first, #ARGV, width do
  local due, id = ARGV[index + 1], ARGV[index + 2]
  local topic, key, payload, headers =
    ARGV[index + 3], ARGV[index + 4], ARGV[index + 5], ARGV[index + 6]
  if waits(due) then
    -- The id first: of one millisecond, ids that rise with time come out in their order; and an
    -- event that is published again as it was is the same member.
    local rest = cmsgpack.pack({ ARGV[index], topic, key, payload, headers })
    redis.call('ZADD', delayed, due, id .. rest)
  else
    redis.call('XADD', streams[ARGV[index]], '*', 'id', id, 'topic', topic, 'key', key,
      'payload', payload, 'headers', headers)
  end
end
return { 'appended', known[1] and 0 or 1 }
