-- Reads the most frequent items of a day in one shard. After distinct.lua and topItems.lua.
--
-- KEYS[1]  the name that all keys of the shard start with, its hash tag
-- ARGV[1]  dimension
-- ARGV[2]  day
-- ARGV[3]  how many items
-- ARGV[4]  how many a full list has
-- Returns { what an item that is not in the list may count at most, { item, count, possible error, … } }.

local list = topList(KEYS[1], ARGV[1], ARGV[2])
local least = 0
if redis.call('ZCARD', list) >= tonumber(ARGV[4]) then
  least = tonumber(redis.call('ZRANGE', list, 0, 0, 'WITHSCORES')[2])
end
local ranked = redis.call('ZRANGE', list, 0, ARGV[3] - 1, 'REV', 'WITHSCORES')
local rows = {}
for at = 1, #ranked, 2 do
  rows[#rows + 1] = ranked[at]
  rows[#rows + 1] = tonumber(ranked[at + 1])
  rows[#rows + 1] = tonumber(redis.call('HGET', topErrors(list), ranked[at]) or 0)
end
return { least, rows }
