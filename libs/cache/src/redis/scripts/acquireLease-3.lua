-- Gives the right to load a value to one caller in the fleet, unless there is a value by now.
--
-- KEYS[1] value
-- KEYS[2] lease: the token of who loads, with '|w' behind it when somebody waits
-- KEYS[3] marks: a hash with '#', the log's last position
-- ARGV[1] token, random
-- ARGV[2] lease in milliseconds
-- ARGV[3] the first 24 bytes of a value that the caller has found no good, or ''
-- Returns { 'value', the value } when there is another one than that,
--   { 'granted', position, whether something foreign stood in the value's place (1 or 0) },
--   { 'held', milliseconds left to the holder },
--   or { 'unborn' } when the bookkeeping is lost: open the log first.

local value = redis.pcall('GET', KEYS[1])
local isForeign = type(value) == 'table'
if type(value) == 'string' and string.sub(value, 1, 24) ~= ARGV[3] then
  return { 'value', value }
end
local position = redis.call('HGET', KEYS[3], '#')
if not position then return { 'unborn' } end

local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then
  if string.sub(holder, -2) ~= '|w' then
    redis.call('SET', KEYS[2], holder .. '|w', 'KEEPTTL')
  end
  return { 'held', redis.call('PTTL', KEYS[2]) }
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { 'granted', position, isForeign and 1 or 0 }
