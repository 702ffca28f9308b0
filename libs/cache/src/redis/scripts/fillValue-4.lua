-- Stores what was loaded and ends the lease, if it still is the caller's: whoever wrote the key
-- meanwhile has taken it away, and a value read before that write is not put back.
-- (The leases of "Scaling Memcache at Facebook", NSDI 2013.)
--
-- KEYS[1] value
-- KEYS[2] lease
-- KEYS[3] log
-- KEYS[4] marks
-- ARGV[1] token
-- ARGV[2] key, for the log
-- ARGV[3] about how many records the log keeps
-- ARGV[4] milliseconds to live; 0 to store nothing and only end the lease
-- ARGV[5] value, position first
-- Returns 1 when the lease was the caller's, else 0.

local holder = redis.call('GET', KEYS[2])
local isWaited = holder == ARGV[1] .. '|w'
if holder ~= ARGV[1] and not isWaited then return 0 end
redis.call('DEL', KEYS[2])

local last = redis.call('HGET', KEYS[4], '#')
if not last then return 0 end
local isStored = ARGV[4] ~= '0'
if isStored then redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[4]) end
if isWaited then
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local position = string.format('%.0f', math.max(now, tonumber(last) + 1))
  redis.call('HSET', KEYS[4], '#', position)
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], position .. '-0',
    'p', last, isStored and 'f' or 'r', ARGV[2])
end
return 1
