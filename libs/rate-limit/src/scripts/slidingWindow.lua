-- Sliding window in constant memory: the counts of this bucket and the one before it, packed with
-- this one's start into 14 bytes. The bucket before counts by the share of it that the window still
-- covers, as if what it counted had been spread evenly.
-- Source: "How we built rate limiting capable of scaling to millions of domains", Cloudflare, 2017.

local bucketFormat, mostInBucket = '>I6I4I4', 4294967295

local function estimate(check)
  check.used = check.previous * check.share + check.current
end

local function saveBuckets(check, now)
  if check.previous + check.current == 0 then
    redis.call('DEL', check.key)
  else
    local state = struct.pack(bucketFormat, check.start / 1000, check.previous, check.current)
    local left = check.start + 2 * check.window - now
    redis.call('SET', check.key, state, 'PX', math.ceil(left / 1000))
  end
  estimate(check)
end

algorithms.slidingWindow = {
  look = function(check, now)
    local window = check.window
    check.start = now - now % window
    check.previous, check.current = 0, 0
    local state = redis.call('GET', check.key)
    if state then
      local start, previous, current = struct.unpack(bucketFormat, state)
      start = start * 1000
      -- Of another length of window, before the policy was changed: its buckets are not these.
      if start % window == 0 then
        -- A clock that was set back: the newer bucket stays until it has caught up.
        check.start = math.max(check.start, start)
        if start == check.start then
          check.previous, check.current = previous, current
        elseif start == check.start - window then
          check.previous = current
        end
      end
    end
    check.share = math.min(1, 1 - (now - check.start) / window)
    estimate(check)
  end,

  wait = function(check)
    -- Sums of fractions are not exact: a billionth of a request is none.
    if check.used + check.cost <= check.limit + 1e-9 then return 0 end
    local room, shares = check.limit - check.cost, nil
    if check.current <= room then
      shares = check.share - (room - check.current) / check.previous
    else
      shares = check.share + 1 - math.min(1, room / check.current)
    end
    return math.max(1, shares * check.window)
  end,

  record = function(check, now)
    check.current = math.min(check.current + check.cost, mostInBucket)
    saveBuckets(check, now)
  end,

  refund = function(check, now)
    local fromCurrent = math.min(check.cost, check.current)
    check.current = check.current - fromCurrent
    check.previous = math.max(0, check.previous - (check.cost - fromCurrent))
    saveBuckets(check, now)
  end,

  reset = function(check)
    if check.current > 0 then return (check.share + 1) * check.window end
    return check.previous > 0 and check.share * check.window or 0
  end,
}
