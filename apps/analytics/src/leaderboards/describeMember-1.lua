-- Says how a member is shown, before its first points or after. Without points it is at the end of the
-- list of all times, unseen, so that there are no more than that takes. After board.lua.
--
-- ARGV[1]  JSON: member; field, and what it says; version, below which what is known stays; maxMembers; isLasting, whether there is a list of all
--          times; fields, kept of each member

local given = cjson.decode(ARGV[1])
if redis.call('SISMEMBER', REMOVED, given.member) == 1 then return end
local version = 'version:' .. given.member
if tonumber(redis.call('HGET', DETAILS, version) or 0) > given.version then return end
if given.isLasting then
  redis.call('ZADD', ALL, 'NX', NO_POINTS, given.member)
elseif not hasScore(given.member) then
  return
end
redis.call('HSET', DETAILS, given.field .. ':' .. given.member, given.says)
if given.version > 0 then redis.call('HSET', DETAILS, version, string.format('%.0f', given.version)) end
if given.isLasting then removeLast(ALL, given.maxMembers, given.fields) end
