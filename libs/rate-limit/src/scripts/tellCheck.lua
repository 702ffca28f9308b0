-- Part of the scripts that decide.

-- Appends three numbers to reply: how much counts, rounded up; milliseconds until nothing counts;
-- milliseconds until the check's cost fits, 0 when it fits now.
local function tellCheck(reply, check, now, wait)
  local last = #reply
  -- A hundredth of a request is a sum of fractions that is not exact.
  reply[last + 1] = math.ceil(check.used - 0.01)
  reply[last + 2] = math.ceil(check.algorithm.reset(check, now) / 1000)
  reply[last + 3] = math.ceil(wait / 1000)
end
