-- Gives back what a consumer has not finished, so that others may take it at once.
--
-- KEYS[1]  stream
-- ARGV[1]  group
-- ARGV[2]  consumer
-- ARGV[3]  idle time that makes an entry free to take, in milliseconds
-- ARGV[4…] pairs: id, attempts that were begun; an entry not named had none
--
-- Returns how many entries were given back.
local key, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local begun = {}
for index = 4, #ARGV, 2 do begun[ARGV[index]] = ARGV[index + 1] end

local released, start = 0, '-'
while true do
  local page = redis.pcall('XPENDING', key, group, start, '+', 100, consumer)
  if page.err or #page == 0 then return released end
  for _, entry in ipairs(page) do
    local id = entry[1]
    redis.call('XCLAIM', key, group, consumer, 0, id, 'IDLE', ARGV[3], 'RETRYCOUNT', begun[id] or 0, 'JUSTID')
    released, start = released + 1, '(' .. id
  end
end
