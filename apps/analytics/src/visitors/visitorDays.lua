-- How visitors of a page, or of all pages, are kept: one set a day, and unions of whole weeks and
-- months, which are made when somebody asks and dropped when a late visit changes one of their days.
-- `of` is the name that the sets of a page start with.

local VISITORS_KEPT_MS = 400 * DAY_MS

local function visitorDay(of, day)
  return of .. ':day:' .. day
end

local function visitorWeek(of, week)
  return of .. ':week:' .. week
end

local function visitorMonth(of, month)
  return of .. ':month:' .. month
end

-- Weeks begin on Mondays; day 0 is Thursday, 1 January 1970.
local function weekOfDay(day)
  return math.floor((day + 3) / 7)
end

local function addVisitor(of, person, day, month, now)
  local key = visitorDay(of, day)
  local isNew = addDistinct(key, person, (day + 1) * DAY_MS + VISITORS_KEPT_MS)
  -- Unions are of days that are over by the same clock, Redis' own.
  if isNew and (day + 1) * DAY_MS <= now then
    redis.call('DEL', visitorWeek(of, weekOfDay(day)), visitorMonth(of, month))
  end
end
