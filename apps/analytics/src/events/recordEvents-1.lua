-- Counts events in all figures of a shard, each unless it was counted before. After distinct.lua,
-- visitorDays.lua, activeMinutes.lua and topItems.lua.
--
-- KEYS[1]  the name that all keys of the shard start with, its hash tag; they are made from it here,
--          for which of them there are is known only as the events are looked at
-- ARGV[1]  milliseconds that an inbox is kept after its last event
-- ARGV[2]  how many pages of a month are counted by name in this shard
-- ARGV[3]  how many items the lists of the most frequent follow
-- ARGV[4..] of each event 10: minute of its id's own time, id, type, minute in which it happened,
--          month of that (202601), its day of the month, page, country, device, person; '' for none
-- Returns for each event 1 when it was counted now, 0 when it had been before.

local shard = KEYS[1]
local now = serverMs()
local KEPT_MS = { minutes = 2 * DAY_MS, hours = 40 * DAY_MS, days = 400 * DAY_MS, months = 1830 * DAY_MS }
-- How long a hash can go on after the start of the day of a count in it.
local SPAN_MS = { minutes = DAY_MS, hours = DAY_MS, days = 32 * DAY_MS, months = 367 * DAY_MS }

-- What the new events add: name of a hash -> field -> how often; the first day of each name.
local counts, expiries, totals, inboxes = {}, {}, {}, {}
-- And to the most frequent: name of a list -> item -> how often.
local tops, topExpiries = {}, {}

local function remembers(inbox, id)
  local own = inboxes[inbox]
  if not own then
    own = {}
    inboxes[inbox] = own
  end
  if own[id] or redis.call('SISMEMBER', inbox, id) == 1 then return true end
  own[id] = true
  return false
end

local function add(name, kind, period, field, day)
  local expiresAt = day * DAY_MS + SPAN_MS[kind] + KEPT_MS[kind]
  if expiresAt <= now then return end
  local hash = name .. ':' .. kind .. ':' .. period
  local fields = counts[hash]
  if not fields then
    fields = {}
    counts[hash] = fields
    expiries[hash] = expiresAt
  end
  fields[field] = (fields[field] or 0) + 1
end

local function frequent(dimension, day, item)
  local list = topList(shard, dimension, day)
  local items = tops[list]
  if not items then
    items = {}
    tops[list] = items
    topExpiries[list] = (day + 1) * DAY_MS + TOP_KEPT_MS
  end
  items[item] = (items[item] or 0) + 1
end

local function count(dimension, value, minute, month, dayOfMonth)
  local name = shard .. ':count:' .. dimension .. ':' .. value
  local hour, day = math.floor(minute / 60), math.floor(minute / 1440)
  add(name, 'minutes', hour, minute % 60, day)
  add(name, 'hours', day, hour % 24, day)
  add(name, 'days', month, dayOfMonth, day)
  add(name, 'months', math.floor(month / 100), month % 100, day)
end

-- The page, or 'other' when the month has as many pages as are counted by name.
local function nameOf(page, month, day)
  local names = shard .. ':pages:' .. month
  if redis.call('SISMEMBER', names, page) == 1 then return page end
  if redis.call('SCARD', names) >= tonumber(ARGV[2]) then return 'other' end
  redis.call('SADD', names, page)
  redis.call('PEXPIREAT', names, day * DAY_MS + SPAN_MS.days + KEPT_MS.months)
  return page
end

local outcomes = {}
for at = 4, #ARGV, 10 do
  local inbox, id = shard .. ':inbox:' .. ARGV[at], ARGV[at + 1]
  local outcome = 0
  if not remembers(inbox, id) then
    outcome = 1
    local minute, month, dayOfMonth =
      tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
    local page, person, day = ARGV[at + 6], ARGV[at + 9], math.floor(minute / 1440)
    count('all', 'all', minute, month, dayOfMonth)
    count('type', ARGV[at + 2], minute, month, dayOfMonth)
    for dimension, value in pairs({ country = ARGV[at + 7], device = ARGV[at + 8] }) do
      if value ~= '' then count(dimension, value, minute, month, dayOfMonth) end
    end
    local items = { type = ARGV[at + 2], page = page, country = ARGV[at + 7], device = ARGV[at + 8] }
    for dimension, item in pairs(items) do
      if item ~= '' then frequent(dimension, day, item) end
    end
    if page ~= '' then
      local named = nameOf(page, month, day)
      count('page', named, minute, month, dayOfMonth)
      if named == page and person ~= '' then
        addVisitor(shard .. ':visitors:' .. page, person, day, month, now)
        addActive(shard .. ':active:' .. page, person, minute, now)
      end
    end
    totals[ARGV[at + 2]] = (totals[ARGV[at + 2]] or 0) + 1
  end
  outcomes[#outcomes + 1] = outcome
end

for type, by in pairs(totals) do
  redis.call('HINCRBY', shard .. ':totals', type, by)
end
for hash, fields in pairs(counts) do
  local isNew = false
  for field, by in pairs(fields) do
    if redis.call('HINCRBY', hash, field, by) == by then isNew = true end
  end
  if isNew then redis.call('PEXPIREAT', hash, expiries[hash]) end
end

for list, items in pairs(tops) do
  if topExpiries[list] > now then
    for item, by in pairs(items) do
      addFrequent(list, item, by, tonumber(ARGV[3]))
    end
    expireTop(list, topExpiries[list])
  end
end

-- The effects first: what Redis refuses must not be recorded as done.
for inbox, ids in pairs(inboxes) do
  local new = {}
  for id in pairs(ids) do
    new[#new + 1] = id
  end
  for from = 1, #new, 1000 do
    redis.call('SADD', inbox, unpack(new, from, math.min(from + 999, #new)))
  end
  if #new > 0 then redis.call('PEXPIRE', inbox, ARGV[1]) end
end
return outcomes
