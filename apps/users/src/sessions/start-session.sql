-- Begins a session, unless the account's password is no longer the one that was checked, or the account
-- is locked: the update holds the row, so that whoever changes that and ends all sessions comes before
-- this or after it.
--
-- $1 session   $2 account   $3 password hash that was checked   $4 hash of the refresh token
-- $5 device    $6 address   $7 milliseconds that a session lives without a refresh, $8 and at all
-- $9 whether who comes from there passes a lock that guessing led to
-- Returns the session; nothing when the account has changed or is gone.
WITH account AS (
  -- When it signed in last is shown to admins alone, so the account's version stays.
  UPDATE accounts
     SET last_signed_in_at = clock_timestamp(),
         -- Who closed the account opens it by that.
         deactivated_at = NULL
   WHERE id = $2
     AND password_hash = $3
     AND (
       lock_reason IS NULL
       OR locked_until <= clock_timestamp()
       OR (lock_reason = 'guessing' AND $9::boolean)
     )
  RETURNING id
)
INSERT INTO sessions (id, account_id, token_hash, device, address, expires_at)
SELECT $1, id, $4, $5, $6, clock_timestamp() + least($7::float8, $8::float8) * interval '1 ms'
  FROM account
RETURNING expires_at AS "expiresAt"
