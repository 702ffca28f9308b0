-- Unites the visitors of pages over a range of days, and keeps the union for a moment. Whole weeks
-- and months that are over are united once and kept. After distinct.lua and visitorDays.lua.
--
-- KEYS[1]   the union; the sets that it is made of share its hash tag
-- ARGV[1]   milliseconds that the union is kept
-- ARGV[2]   how many names of pages' sets follow
-- ARGV[3..] these names, then of each part of the range 4: 'day', 'week' or 'month', its number, its
--           first day, its last day
-- Returns { how many visitors, 1 when that is exact, else 0, the set that holds them }.

-- A period is united when it has been over for an hour, so that no failover to a server whose clock
-- is behind can find it still going on.
local SETTLED_MS = 3600000

local union = KEYS[1]
local now = serverMs()

local function rolledUp(name, days, lastDay)
  if redis.call('EXISTS', name) == 0 then
    unite(name, days)
    redis.call('PEXPIREAT', name, (lastDay + 1) * DAY_MS + VISITORS_KEPT_MS)
  end
  return name
end

local function partsOf(of, kind, number, first, last)
  if kind == 'day' then return { visitorDay(of, number) } end
  local days = {}
  for day = first, last do
    days[#days + 1] = visitorDay(of, day)
  end
  if (last + 1) * DAY_MS + SETTLED_MS > now then return days end
  local name = kind == 'week' and visitorWeek or visitorMonth
  return { rolledUp(name(of, number), days, last) }
end

local function sizeOf(key)
  if isEstimate(key) then return { redis.call('PFCOUNT', key), 0, key } end
  return { redis.call('SCARD', key), 1, key }
end

if redis.call('EXISTS', union) == 0 then
  local names = tonumber(ARGV[2])
  local keys = {}
  for nth = 3, 2 + names do
    for at = 3 + names, #ARGV, 4 do
      local first, last = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
      for _, key in ipairs(partsOf(ARGV[nth], ARGV[at], ARGV[at + 1], first, last)) do
        keys[#keys + 1] = key
      end
    end
  end
  if #keys == 1 then return sizeOf(keys[1]) end
  unite(union, keys)
  redis.call('PEXPIRE', union, ARGV[1])
end
return sizeOf(union)
