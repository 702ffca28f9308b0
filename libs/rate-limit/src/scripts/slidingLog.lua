-- Sliding window, exact: a sorted set with an entry for each unit of cost, scored by its time.
-- Entries are numbered, so that two in one microsecond are two.

algorithms.slidingLog = {
  look = function(check, now)
    check.at, check.last, check.number, check.used = now, now, 0, 0
    local newest = redis.call('ZRANGE', check.key, -1, -1, 'WITHSCORES')
    if not newest[1] then return end
    check.last = tonumber(newest[2])
    check.number = struct.unpack('>I6', newest[1])
    -- A clock that was set back: time stands still until it has caught up, and the log keeps its order.
    check.at = math.max(now, check.last)
    redis.call('ZREMRANGEBYSCORE', check.key, '-inf', check.at - check.window)
    check.used = redis.call('ZCARD', check.key)
  end,

  wait = function(check)
    local over = check.used + check.cost - check.limit
    if over <= 0 then return 0 end
    local leaving = redis.call('ZRANGE', check.key, over - 1, over - 1, 'WITHSCORES')
    return math.max(1, leaving[2] + check.window - check.at)
  end,

  record = function(check, now)
    -- More than the limit changes nothing: it is full either way, until the newest have left.
    local cost = math.min(check.cost, check.limit)
    for first = 1, cost, 1000 do
      local entries = {}
      for n = first, math.min(cost, first + 999) do
        entries[#entries + 1] = check.at
        entries[#entries + 1] = struct.pack('>I6', check.number + n)
      end
      redis.call('ZADD', check.key, unpack(entries))
    end
    check.last, check.number, check.used = check.at, check.number + cost, check.used + cost
    if check.used > check.limit then
      redis.call('ZREMRANGEBYRANK', check.key, 0, check.used - check.limit - 1)
      check.used = check.limit
    end
    redis.call('PEXPIRE', check.key, math.ceil((check.at - now + check.window) / 1000))
  end,

  refund = function(check)
    redis.call('ZREMRANGEBYRANK', check.key, -check.cost, -1)
    check.used = math.max(0, check.used - check.cost)
  end,

  reset = function(check)
    return check.used > 0 and check.last + check.window - check.at or 0
  end,
}
