-- Takes a member off a board for good: events about it that are still on their way add nothing. After
-- board.lua.
--
-- ARGV[1]    JSON: member; keptMs, for which its events may still come; fields, kept of it; windows,
--            the names of those that may hold it

local given = cjson.decode(ARGV[1])
redis.call('SADD', REMOVED, given.member)
redis.call('PEXPIRE', REMOVED, given.keptMs)
redis.call('ZREM', TRENDING, given.member)
redis.call('ZREM', PREVIOUS, given.member)
redis.call('ZREM', ALL, given.member)
for _, window in ipairs(given.windows) do
  redis.call('ZREM', board .. ':points:' .. window, given.member)
end
dropDetails(given.member, given.fields)
