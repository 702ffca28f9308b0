-- Counts a wrong password: at the network if somebody has signed in from there before and has not yet
-- failed too often, else at the account, else, for there is none or it is locked, at a decoy. One row is
-- written whatever is true, so that the time it takes tells nothing.
--
-- $1 account, or null   $2 network   $3 slot of the decoy   $4 failures from a familiar network
-- $5 milliseconds without a failure after which earlier ones are forgotten
-- Returns the account's failures in a row, when it was counted there.
WITH familiar AS (
  UPDATE familiar_networks
     SET failed_login_attempts = failed_login_attempts + 1
   WHERE account_id = $1 AND network = $2 AND failed_login_attempts < $4
  RETURNING account_id
), counted AS (
  UPDATE accounts
     SET failed_login_attempts =
           CASE
             WHEN last_failed_login_at < clock_timestamp() - $5::float8 * interval '1 ms' THEN 1
             ELSE failed_login_attempts + 1
           END,
         last_failed_login_at = clock_timestamp()
   WHERE id = $1
     AND NOT EXISTS (SELECT FROM familiar)
     AND (lock_reason IS NULL OR locked_until <= clock_timestamp())
  RETURNING failed_login_attempts AS failures
), decoy AS (
  UPDATE decoy_counters
     SET failed_login_attempts = failed_login_attempts + 1,
         last_failed_login_at = clock_timestamp()
   WHERE slot = $3
     AND NOT EXISTS (SELECT FROM familiar)
     AND NOT EXISTS (SELECT FROM counted)
)
SELECT failures FROM counted
