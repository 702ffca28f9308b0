-- Tells where the log of invalidations is. Where the bookkeeping is lost (first use, FLUSHALL,
-- eviction, a failover that lost its end), it begins anew, and the floor makes all older values gone.
--
-- KEYS[1] log: a stream whose ids are positions
-- KEYS[2] marks: a hash; '#' the log's last position, 'floor', and what was invalidated by tag
-- ARGV[1] the highest position that the caller knows of, 0 for none
-- ARGV[2] a position that the floor must reach, 0 for none: after it history was rewritten
-- Returns { last position, floor }, as text.

local last = redis.call('HGET', KEYS[2], '#')
local floor = redis.call('HGET', KEYS[2], 'floor')
local known, leastFloor = tonumber(ARGV[1]), tonumber(ARGV[2])
if last and floor and tonumber(last) >= known and tonumber(floor) >= leastFloor then
  return { last, floor }
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local newest = redis.pcall('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local logged = newest[1] and tonumber(string.match(newest[1][1], '^%d+')) or 0
local position = string.format('%.0f', math.max(now, known + 1, tonumber(last or 0) + 1, logged + 1))
redis.call('DEL', KEYS[1])
redis.call('XADD', KEYS[1], position .. '-0', 'p', '0', 'b', '')
redis.call('HSET', KEYS[2], '#', position, 'floor', position)
return { position, position }
