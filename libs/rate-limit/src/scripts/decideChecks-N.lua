-- Decides on any number of checks at once, and records all of them or none. Comes after
-- serverTime.lua, the algorithms that the checks use and tellCheck.lua.
--
-- KEYS[i] the state of the i-th check; all in one slot of a cluster
-- ARGV[1] mode:
--   consume   records the checks if all of them fit
--   peek      records nothing
--   penalize  records them whether they fit or not
--   refund    takes their cost back
-- ARGV[2…] of each check six: algorithm, limit, window in microseconds, cost, slot of a concurrency
--   policy, and 1 if the check is in shadow: then it keeps nothing else from being recorded
-- Returns 1 if no check refuses, else 0; then of each check three numbers as tellCheck.lua says. After
-- penalize and refund, what fits is a cost of 1.

local mode, now = ARGV[1], serverTime()
local changes = mode == 'penalize' or mode == 'refund'
local checks, passes = {}, true

for i = 1, #KEYS do
  local at = 6 * i - 4
  local check = {
    key = KEYS[i],
    algorithm = algorithms[ARGV[at]],
    limit = tonumber(ARGV[at + 1]),
    window = tonumber(ARGV[at + 2]),
    cost = tonumber(ARGV[at + 3]),
    slot = ARGV[at + 4],
  }
  check.algorithm.look(check, now)
  if changes then
    check.algorithm[mode == 'refund' and 'refund' or 'record'](check, now)
    check.cost = 1
  end
  check.wait = check.algorithm.wait(check, now)
  if check.wait > 0 and ARGV[at + 5] ~= '1' then
    passes = false
  end
  checks[i] = check
end

local reply = { passes and 1 or 0 }
for i = 1, #checks do
  local check = checks[i]
  if mode == 'consume' and passes and check.wait == 0 then
    check.algorithm.record(check, now)
  end
  tellCheck(reply, check, now, check.wait)
end
return reply
