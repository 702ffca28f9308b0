-- Mints a fencing token without a lock.
--
-- KEYS[1] fence
-- ARGV[1] milliseconds to remember the last token
-- Returns the token, as text.

-- @include tokens

return nextToken(KEYS[1], ARGV[1])
