-- Writes and invalidates keys and tags at one new position, and appends one record of it to the log.
--
-- KEYS[1] log: a stream whose ids are positions
-- KEYS[2] marks: a hash; '#' the log's last position, 'floor', and what was invalidated by tag
-- ARGV[1] first part of the names of values and leases, with the hash tag of KEYS
-- ARGV[2] about how many records the log keeps
-- ARGV[3] microseconds that an entry may live at most: older marks say nothing any more
-- ARGV[4] the position after which nothing was to have happened, or '' for any: else values given
--         are not stored but their keys deleted
-- then for each write four: kind, name, milliseconds to live, value
--   w  store a value, which follows its position     d  delete a key      e  make a key stale
--   t  delete by tag     s  make stale by tag        c  delete everything
-- Returns { position, the position before it }, as text.

local base, marks = ARGV[1], KEYS[2]
local last = redis.call('HGET', marks, '#')
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local previous = last or '0'
local least = tonumber(previous) + 1
if not last then
  -- The bookkeeping is lost: marks that made values gone may be missing, so all of them go.
  local newest = redis.pcall('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
  if newest[1] then least = tonumber(string.match(newest[1][1], '^%d+')) + 1 end
  redis.call('DEL', KEYS[1])
end
local position = string.format('%.0f', math.max(now, least))
if not last then redis.call('HSET', marks, 'floor', position) end

local record = { 'p', previous }
if not last then record = { 'p', '0', 'b', '' } end
local isLate = ARGV[4] ~= '' and ARGV[4] ~= last
local hasTags = false

for at = 5, #ARGV, 4 do
  local kind, name = ARGV[at], ARGV[at + 1]
  if kind == 'w' and isLate then kind = 'd' end
  if kind == 'w' then
    redis.call('SET', base .. 'v:' .. name, position .. ARGV[at + 3], 'PX', ARGV[at + 2])
    redis.call('DEL', base .. 'l:' .. name)
  elseif kind == 'd' then
    redis.call('DEL', base .. 'v:' .. name, base .. 'l:' .. name)
  elseif kind == 'e' then
    local value = base .. 'v:' .. name
    redis.call('DEL', base .. 'l:' .. name)
    -- The moment until which it is fresh lies at bytes 28 to 35: zero is long ago.
    local length = redis.pcall('STRLEN', value)
    if type(length) == 'number' and length >= 36 then
      redis.call('SETRANGE', value, 28, '\0\0\0\0\0\0\0\0')
    end
  elseif kind == 't' then
    redis.call('HSET', marks, 'h:' .. name, position)
    hasTags = true
  elseif kind == 's' then
    redis.call('HSET', marks, 's:' .. name, position)
    hasTags = true
  elseif kind == 'c' then
    redis.call('HSET', marks, 'floor', position)
  end
  record[#record + 1] = kind
  record[#record + 1] = name
end

redis.call('HSET', marks, '#', position)
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], position .. '-0', unpack(record))

if hasTags then
  -- As Redis expires keys: a few at a time, so that the hash stays bounded and nobody waits.
  local oldest = now - tonumber(ARGV[3])
  local sample = redis.call('HRANDFIELD', marks, 4, 'WITHVALUES')
  for at = 1, #sample, 2 do
    local field = sample[at]
    if field ~= '#' and field ~= 'floor' and tonumber(sample[at + 1]) < oldest then
      redis.call('HDEL', marks, field)
    end
  end
end
return { position, previous }
