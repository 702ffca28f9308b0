-- Ends sessions that began so long ago that no refresh can have kept them, some at a time.
--
-- $1 the lowest id that a session can have which is not over   $2 most sessions
DELETE FROM sessions
 WHERE id IN (SELECT id FROM sessions WHERE id < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
