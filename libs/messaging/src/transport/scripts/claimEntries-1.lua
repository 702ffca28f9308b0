-- Takes over entries that were delivered and not acknowledged for some time.
--
-- KEYS[1]  stream
-- ARGV[1]  group
-- ARGV[2]  consumer that takes them
-- ARGV[3]  least time without a sign of life, in milliseconds
-- ARGV[4]  how many at most
-- ARGV[5]  only those of this consumer; empty for those of any
-- ARGV[6…] ids to leave alone
--
-- Returns a list of { id, deliveries, fields }, oldest first. An entry that comes from another
-- consumer counts one delivery more; one that this consumer already owns was never seen by it.
local key, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local skipped = {}
for index = 6, #ARGV do skipped[ARGV[index]] = true end

local query = { 'XPENDING', key, group, 'IDLE', ARGV[3], '-', '+', ARGV[4] + #ARGV - 5 }
if ARGV[5] ~= '' then query[#query + 1] = ARGV[5] end
local pending = redis.pcall(unpack(query))
if pending.err then
  if string.find(pending.err, 'NOGROUP', 1, true) then return {} end
  return pending
end

local claimed = {}
for _, entry in ipairs(pending) do
  local id, owner, deliveries = entry[1], entry[2], entry[4]
  if #claimed < tonumber(ARGV[4]) and not skipped[id] then
    if owner ~= consumer then deliveries = deliveries + 1 end
    -- An entry that is no longer in the stream leaves the list of pending ones by this, too.
    local found = redis.call('XCLAIM', key, group, consumer, 0, id, 'RETRYCOUNT', deliveries)[1]
    if found then claimed[#claimed + 1] = { id, deliveries, found[2] } end
  end
end
return claimed
