-- Takes checks of one algorithm, each by itself: one that is refused keeps no other from being
-- recorded. Comes after serverTime.lua, the algorithm and tellCheck.lua.
--
-- KEYS[i] the state of the i-th check; all in one slot of a cluster
-- ARGV of each check three: limit, window in microseconds, cost
-- Returns of each check three numbers as tellCheck.lua says; of one that failed, the error thrice.

local _, algorithm = next(algorithms)
local now = serverTime()
-- One table serves all: looking sets whatever else is in it. It has room for that from the start.
local check = {
  algorithm = algorithm, key = '', limit = 0, window = 0, cost = 0, used = 0,
  start = 0, previous = 0, current = 0, share = 0,
}

local function consume()
  algorithm.look(check, now)
  local wait = algorithm.wait(check, now)
  if wait == 0 then algorithm.record(check, now) end
  return wait
end

local reply = {}
for i = 1, #KEYS do
  local at = 3 * i
  check.key, check.limit = KEYS[i], tonumber(ARGV[at - 2])
  check.window, check.cost = tonumber(ARGV[at - 1]), tonumber(ARGV[at])
  local done, wait = pcall(consume)
  if done then
    tellCheck(reply, check, now, wait)
  else
    local failure = type(wait) == 'table' and wait or redis.error_reply(tostring(wait))
    for n = at - 2, at do reply[n] = failure end
  end
end
return reply
