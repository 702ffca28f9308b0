-- Counts the visitors of unions that were read in other slots. After distinct.lua.
--
-- KEYS[1]   where they are united; nothing of it stays
-- ARGV[1]   how many HyperLogLogs follow
-- ARGV[2..] these, as they are, then the people of the exact sets
-- Returns { how many visitors, 1 when that is exact, else 0 }.

local exact, estimates = KEYS[1] .. ':exact', tonumber(ARGV[1])
local parts = { exact }
for nth = 1, estimates do
  parts[nth + 1] = KEYS[1] .. ':' .. nth
  redis.call('SET', parts[nth + 1], ARGV[nth + 1])
end
for from = estimates + 2, #ARGV, 1000 do
  redis.call('SADD', exact, unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
local size, isExact = unite(KEYS[1], parts)
redis.call('DEL', KEYS[1], unpack(parts))
return { size, isExact and 1 or 0 }
