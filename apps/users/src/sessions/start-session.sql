-- Begins a session, unless the account's password is no longer the one that was checked: the row is
-- locked by the update, so that whoever changes the password and ends all sessions comes before this
-- or after it.
--
-- $1 session   $2 account   $3 password hash that was checked   $4 hash of the refresh token
-- $5 device    $6 address   $7 milliseconds that a session lives without a refresh, $8 and at all
-- Returns the session; nothing when the account has changed or is gone.
WITH account AS (
  -- When it signed in last is shown to admins alone, so the account's version stays.
  UPDATE accounts
     SET last_signed_in_at = clock_timestamp()
   WHERE id = $2 AND password_hash = $3
  RETURNING id
)
INSERT INTO sessions (id, account_id, token_hash, device, address, expires_at)
SELECT $1, id, $4, $5, $6, clock_timestamp() + least($7::float8, $8::float8) * interval '1 ms'
  FROM account
RETURNING expires_at AS "expiresAt"
