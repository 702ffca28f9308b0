-- Replaces the good refresh token of a session. Of many at once that present the same one, the first
-- to get the row finds it; the others look again when it commits, and find another token there.
--
-- $1 session   $2 hash presented   $3 hash of its successor   $4 device   $5 address
-- $6 milliseconds that a session lives without a refresh   $7 and at all
-- Returns the session and the account's role; nothing when the token is not the good one.
UPDATE sessions
   SET token_hash = $3,
       previous_token_hash = $2,
       rotated_at = clock_timestamp(),
       last_seen_at = clock_timestamp(),
       expires_at = least(
         clock_timestamp() + $6::float8 * interval '1 ms',
         sessions.created_at + $7::float8 * interval '1 ms'
       ),
       device = $4,
       address = $5
  FROM accounts
 WHERE sessions.id = $1
   AND sessions.token_hash = $2
   AND sessions.expires_at > clock_timestamp()
   AND accounts.id = sessions.account_id
RETURNING sessions.account_id AS "accountId", accounts.role, sessions.expires_at AS "expiresAt"
