-- Removes the members with the fewest points from a board that has grown too long.
--
-- KEYS[1]    scores: sorted set of the members
-- KEYS[2]    details: hash
-- ARGV[1]    how many members may stay
-- ARGV[2]    how many to remove at most, so that no call runs long
-- ARGV[3..]  the fields kept of each member
-- Returns how many were removed.

local surplus = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
if surplus <= 0 then
  return 0
end
local removed = redis.call('ZPOPMIN', KEYS[1], math.min(surplus, tonumber(ARGV[2])))
for at = 1, #removed, 2 do
  for nth = 3, #ARGV do
    redis.call('HDEL', KEYS[2], ARGV[nth] .. ':' .. removed[at])
  end
end
return #removed / 2
