-- First part of every script: the clock that decides, which is Redis' own, and the table that the
-- algorithms enter themselves into. Each of them has
--
--   look(check, now)    reads the state of check.key into check; check.used is what counts now
--   wait(check, now)    microseconds until check.cost fits; 0 when it fits now
--   record(check, now)  counts check.cost, whether it fits or not, and lets the key expire
--   refund(check, now)  takes check.cost back, as far as there is something to take back
--   reset(check, now)   microseconds until nothing counts any more
--
-- check has key, limit, window (microseconds), cost and slot, as the caller gave them.

local algorithms = {}

local function serverTime()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
