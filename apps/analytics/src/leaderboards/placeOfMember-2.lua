-- Reads one member's place among those that have points.
--
-- KEYS[1]    scores: sorted set of the members
-- KEYS[2]    details: hash
-- ARGV[1]    the member
-- ARGV[2..]  the fields to read of it, such as "label" and the names of acts
-- Returns { rank from 1, score, { value of each field, or nil } }; false for one without points.

local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) <= 0 then return false end
local fields = {}
for nth = 2, #ARGV do
  fields[nth - 1] = ARGV[nth] .. ':' .. ARGV[1]
end
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1]) + 1
return { rank, score, redis.call('HMGET', KEYS[2], unpack(fields)) }
