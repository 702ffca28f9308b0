-- The account $1 with its profile, but for what is read only where it is needed: the password's hash,
-- the profile's metadata. By hand, because it is what is read most: TypeORM takes longer to write this
-- text anew, and to find the columns again in the answer, than PostgreSQL to give the row.
SELECT account.id, account.email, account.email_verified_at AS "emailVerifiedAt", account.username,
       account.role, account.version, account.created_at AS "createdAt",
       account.updated_at AS "updatedAt", account.deactivated_at AS "deactivatedAt",
       account.erased_at AS "erasedAt", profile.display_name AS "displayName",
       profile.avatar_url AS "avatarUrl", profile.bio, profile.preferences
  FROM accounts AS account
  JOIN profiles AS profile ON profile.account_id = account.id
 WHERE account.id = $1 AND account.erased_at IS NULL
