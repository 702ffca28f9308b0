-- Locks an account, and raises the version that orders locks.
--
-- $1 account   $2 reason   $3 milliseconds from now on, null for a lock without an end
-- Returns what others are to know of it.
WITH locked AS (
  UPDATE accounts
     SET lock_reason = $2,
         locked_until = clock_timestamp() + $3::float8 * interval '1 ms',
         security_version = security_version + 1
   WHERE id = $1
  RETURNING id, username, version, lock_reason, locked_until, failed_login_attempts,
            security_version, date_trunc('milliseconds', clock_timestamp()) AS locked_at
)
SELECT locked.id AS "accountId", locked.username, profiles.display_name AS "displayName",
       profiles.avatar_url AS "avatarUrl", profiles.preferences, locked.version,
       locked.lock_reason AS reason,
       locked.locked_until AS "lockedUntil", locked.failed_login_attempts AS "failedLoginAttempts",
       locked.security_version AS "securityVersion", locked.locked_at AS "lockedAt"
  FROM locked
  JOIN profiles ON profiles.account_id = locked.id
