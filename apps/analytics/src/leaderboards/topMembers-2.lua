-- Reads the members with the most points, the best first. Members without points are left out.
--
-- KEYS[1]    scores: sorted set of the members
-- KEYS[2]    details: hash
-- ARGV[1]    how many at most
-- ARGV[2..]  the fields to read of each, such as "label" and the names of acts
-- Returns a list of { member, score, { value of each field, or nil } }.

local ranked = redis.call(
  'ZRANGE', KEYS[1], '+inf', '(0', 'BYSCORE', 'REV', 'LIMIT', 0, ARGV[1], 'WITHSCORES'
)
local top = {}
for at = 1, #ranked, 2 do
  local fields = {}
  for nth = 2, #ARGV do
    fields[nth - 1] = ARGV[nth] .. ':' .. ranked[at]
  end
  top[#top + 1] = { ranked[at], ranked[at + 1], redis.call('HMGET', KEYS[2], unpack(fields)) }
end
return top
