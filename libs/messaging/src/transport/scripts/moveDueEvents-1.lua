-- Moves delayed events whose time has come to their partitions.
--
-- KEYS[1]  start of the publisher's keys; those made of it share its hash tag
-- ARGV[1]  how many at most
--
-- Returns { how many were moved, milliseconds until the next is due (-1: none waits) }.
local base, most = KEYS[1], tonumber(ARGV[1])
local delayed = base .. ':delayed'
local partitions = tonumber(redis.call('HGET', base .. ':layout', 'partitions') or 0)
if partitions == 0 then return { 0, -1 } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, most)
for _, member in ipairs(due) do
  local event = cmsgpack.unpack(string.sub(member, 37))
  -- The number of partitions may be another than when the event was published.
  local stream = string.format('%s:%d', base, tonumber(event[1]) % partitions)
  redis.call('XADD', stream, '*', 'id', string.sub(member, 1, 36), 'topic', event[2],
    'key', event[3], 'payload', event[4], 'headers', event[5])
  redis.call('ZREM', delayed, member)
end

local next = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
return { #due, next[2] and math.max(0, tonumber(next[2]) - now) or -1 }
