-- Who holds a resource, and how many wait.
--
-- KEYS[1] lock
-- KEYS[2] queue
-- KEYS[3] permits
-- KEYS[4] queue for permits
-- KEYS[5] fence
-- Returns { last token or nil, { holder, milliseconds left, … } of the lock, how many wait for it,
--   the same two of the permits }. A holder of a permit has its `s:` or `x:` in front.

-- @include waiters
-- @include permits

local now = milliseconds()
local lock, permits = {}, {}
local holder = redis.call('GET', KEYS[1])
if holder then
  lock = { holder, redis.call('PTTL', KEYS[1]) }
end
local members = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
for index = 1, #members, 2 do
  local leftMs = members[index + 1] - now
  if leftMs > 0 then
    permits[#permits + 1] = members[index]
    permits[#permits + 1] = leftMs
  end
end
return {
  redis.call('GET', KEYS[5]),
  lock,
  redis.call('ZCARD', KEYS[2]),
  permits,
  redis.call('ZCARD', KEYS[4]),
}
