-- Remembers a fencing token that was given out elsewhere, unless a higher one is known.
--
-- KEYS[1] fence
-- ARGV[1] the token
-- ARGV[2] milliseconds to remember the last token
-- Returns 1.

local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if last < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
