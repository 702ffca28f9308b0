-- Work in flight: a sorted set of slots, scored by when each frees itself unless it is renewed.

algorithms.concurrency = {
  look = function(check, now)
    redis.call('ZREMRANGEBYSCORE', check.key, '-inf', now)
    check.used = redis.call('ZCARD', check.key)
  end,

  wait = function(check, now)
    local over = check.used + check.cost - check.limit
    if over <= 0 then return 0 end
    -- At the latest: whoever holds them may be done earlier, or renew.
    local leaving = redis.call('ZRANGE', check.key, over - 1, over - 1, 'WITHSCORES')
    return math.max(1, leaving[2] - now)
  end,

  record = function(check, now)
    for n = 1, check.cost do
      redis.call('ZADD', check.key, now + check.window, check.slot .. ':' .. n)
    end
    check.used = check.used + check.cost
    local last = redis.call('ZRANGE', check.key, -1, -1, 'WITHSCORES')
    redis.call('PEXPIRE', check.key, math.ceil((last[2] - now) / 1000))
  end,

  reset = function(check, now)
    local last = redis.call('ZRANGE', check.key, -1, -1, 'WITHSCORES')
    return last[2] and last[2] - now or 0
  end,
}
