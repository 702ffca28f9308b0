-- Ends a lock, if there is one of these reasons, and forgets the failures that led to it.
--
-- $1 account   $2 reasons
-- Returns what others are to know of it; nothing when there was no such lock.
WITH unlocked AS (
  UPDATE accounts
     SET lock_reason = NULL,
         locked_until = NULL,
         failed_login_attempts = 0,
         security_version = security_version + 1
   WHERE id = $1 AND lock_reason = ANY ($2::text[])
  RETURNING id, username, version, security_version
)
SELECT unlocked.id AS "accountId", unlocked.username, profiles.display_name AS "displayName",
       profiles.avatar_url AS "avatarUrl", profiles.preferences, unlocked.version,
       unlocked.security_version AS "securityVersion"
  FROM unlocked
  JOIN profiles ON profiles.account_id = unlocked.id
