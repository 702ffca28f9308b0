-- Ends the session of a token that had been replaced before it was presented. One that was presented
-- while it was being replaced ends nothing: two tabs of one browser do so.
--
-- $1 session   $2 hash presented   $3 milliseconds since the request arrived   $4 the overlap allowed
-- Returns the session's account; nothing when it goes on, or is over.
DELETE FROM sessions
 WHERE id = $1
   AND token_hash <> $2
   AND expires_at > clock_timestamp()
   AND NOT (
     previous_token_hash IS NOT DISTINCT FROM $2
     -- Of the statement's start, for it may wait for the row.
     AND statement_timestamp() - $3::float8 * interval '1 ms'
       <= rotated_at + $4::float8 * interval '1 ms'
   )
RETURNING account_id AS "accountId"
