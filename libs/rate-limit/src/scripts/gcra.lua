-- Generic cell rate algorithm: one time a key, the theoretical arrival time (TAT) at which all that
-- was taken has been given back at the steady rate. check.limit is the burst, check.window the time
-- in which the whole burst is given back.
-- Source: ITU-T I.371, annex A; Brandur Leach, "Rate Limiting, Cells, and GCRA", 2015.

-- Times are kept from here on, so that a double holds them to a hundredth of a microsecond.
local gcraEpoch = 1750000000000000

local function saveArrival(check, now)
  if check.arrival <= now then
    redis.call('DEL', check.key)
  else
    local left = math.ceil((check.arrival - now) / 1000)
    redis.call('SET', check.key, struct.pack('>d', check.arrival - gcraEpoch), 'PX', left)
  end
  check.used = (check.arrival - now) / check.interval
end

algorithms.gcra = {
  look = function(check, now)
    check.interval = check.window / check.limit
    local state = redis.call('GET', check.key)
    check.arrival = state and math.max(now, struct.unpack('>d', state) + gcraEpoch) or now
    check.used = (check.arrival - now) / check.interval
  end,

  wait = function(check)
    local over = check.used + check.cost - check.limit
    -- What rounding adds up to over a long burst must not refuse its last: a hundredth is let go.
    return over <= 0.01 and 0 or over * check.interval
  end,

  record = function(check, now)
    check.arrival = check.arrival + check.cost * check.interval
    saveArrival(check, now)
  end,

  refund = function(check, now)
    check.arrival = math.max(now, check.arrival - check.cost * check.interval)
    saveArrival(check, now)
  end,

  reset = function(check, now)
    return check.arrival - now
  end,
}
