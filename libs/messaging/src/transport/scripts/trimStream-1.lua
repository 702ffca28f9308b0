-- Removes entries that every group has acknowledged and that are past their retention.
--
-- KEYS[1]  stream
-- ARGV[1]  retention in milliseconds
-- ARGV[2]  length of the stream above which the retention no longer counts
--
-- Returns how many entries were removed.
local function parse(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function earlier(a, b)
  local aMs, aSeq = parse(a)
  local bMs, bSeq = parse(b)
  return aMs < bMs or (aMs == bMs and aSeq < bSeq)
end

local function field(reply, name)
  for index = 1, #reply, 2 do
    if reply[index] == name then return reply[index + 1] end
  end
end

local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err or #groups == 0 then return 0 end

-- Everything before this was read by each group and is pending in none.
local floor
for _, group in ipairs(groups) do
  local first = redis.call('XPENDING', KEYS[1], field(group, 'name'))[2]
  local reached = first or field(group, 'last-delivered-id')
  if not floor or earlier(reached, floor) then floor = reached end
end

if redis.call('XLEN', KEYS[1]) <= tonumber(ARGV[2]) then
  local now = redis.call('TIME')
  local kept = string.format('%.0f-0', now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[1])
  if earlier(kept, floor) then floor = kept end
end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', floor)
