-- Who is active on a page, or on any: one set a minute. `of` is the name that they start with.

local MINUTE_MS = 60000
local ACTIVE_KEPT_MS = 40 * MINUTE_MS

local function activeMinute(of, minute)
  return of .. ':minute:' .. minute
end

local function addActive(of, person, minute, now)
  local expiresAt = (minute + 1) * MINUTE_MS + ACTIVE_KEPT_MS
  -- What is learned of later shows nowhere.
  if expiresAt > now then
    addDistinct(activeMinute(of, minute), person, expiresAt)
  end
end
