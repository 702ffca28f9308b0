-- The accounts whose username or display name begins with $1, which is too short for anything else.
-- Bounded, as the names that begin with one letter are many; the first of the alphabet.
(
  WITH candidate AS (
    (SELECT id FROM accounts
      WHERE username ~>=~ folded($1) AND username ~<~ (folded($1) || U&'\+10FFFF')
      ORDER BY username USING ~<~
      LIMIT 50)
    UNION
    (SELECT account_id FROM profiles
      WHERE folded(display_name) COLLATE "C" >= folded($1)
        AND folded(display_name) COLLATE "C" < folded($1) || U&'\+10FFFF'
      ORDER BY folded(display_name) COLLATE "C"
      LIMIT 50)
  )
  SELECT account.id, account.username, account.version, account.created_at,
         profile.display_name, profile.bio, profile.avatar_url,
         round((
             CASE WHEN account.username = folded($1) THEN 2 ELSE 0 END
           + CASE WHEN folded(profile.display_name) = folded($1) THEN 2 ELSE 0 END
           -- The nearer the name is to what was typed.
           + length(folded($1)) / least(length(account.username), length(profile.display_name))::float
         )::numeric, 6) AS score
    FROM candidate
    JOIN accounts AS account USING (id)
    JOIN profiles AS profile ON profile.account_id = candidate.id
   WHERE account.deactivated_at IS NULL AND account.erased_at IS NULL
) AS found
