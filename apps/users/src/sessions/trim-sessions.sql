-- Ends those sessions of an account that are over, and beyond so many the ones not seen for longest.
--
-- $1 account   $2 sessions that may stay
DELETE FROM sessions
 WHERE id IN (
   SELECT id
     FROM sessions
    WHERE account_id = $1 AND expires_at > clock_timestamp()
    ORDER BY last_seen_at DESC, id DESC
   OFFSET $2
 ) OR (account_id = $1 AND expires_at <= clock_timestamp())
