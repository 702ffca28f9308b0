-- The accounts that are found by $1, each with a score. Every source is bounded, so that a word that
-- many names hold costs no more than one that few do; names that begin with the words come first in
-- theirs. Less certain sources are asked only where those before gave little.
(
  WITH word AS MATERIALIZED (
    SELECT folded($1) AS text,
           -- A username holds nothing else; and without three letters in a row, no index knows it.
           folded($1) ~ '^[a-z0-9_]*[a-z0-9]{3}[a-z0-9_]*$' AS may_be_username,
           folded($1) ~ '[a-z0-9]{3}' AS has_trigrams,
           -- Somebody is called just that: nobody has mistyped anything.
           EXISTS (SELECT FROM accounts WHERE username = folded($1))
             OR EXISTS (SELECT FROM profiles WHERE folded(display_name) COLLATE "C" = folded($1))
             AS is_a_name
  ),
  likely AS MATERIALIZED (
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
    UNION
    (SELECT account_id FROM profiles WHERE search_document @@ search_query($1) LIMIT 100)
    UNION
    (SELECT account_id FROM profiles WHERE search_document @@ search_prefix_query($1) LIMIT 100)
  ),
  less_likely AS MATERIALIZED (
    SELECT id FROM likely
    UNION
    (SELECT id FROM accounts
      WHERE (SELECT count(*) FROM likely) < 50
        AND (SELECT may_be_username FROM word)
        AND username LIKE '%' || replace(folded($1), '_', '\_') || '%'
      LIMIT 50)
  ),
  candidate AS (
    SELECT id FROM less_likely
    UNION
    (SELECT id FROM accounts
      WHERE (SELECT count(*) FROM less_likely) < 10
        AND (SELECT may_be_username AND NOT is_a_name FROM word)
        AND username % folded($1)
      LIMIT 100)
    UNION
    (SELECT account_id FROM profiles
      WHERE (SELECT count(*) FROM less_likely) < 10
        AND (SELECT has_trigrams AND NOT is_a_name FROM word)
        AND folded(display_name) %> folded($1)
      LIMIT 100)
  )
  SELECT account.id, account.username, account.version, account.created_at,
         profile.display_name, profile.bio, profile.avatar_url,
         round((
             CASE WHEN account.username = word.text THEN 5 ELSE 0 END
           + CASE WHEN folded(profile.display_name) = word.text THEN 4 ELSE 0 END
           + CASE WHEN starts_with(account.username, word.text) THEN 1 ELSE 0 END
           + CASE WHEN starts_with(folded(profile.display_name), word.text) THEN 1 ELSE 0 END
           + similarity(account.username, word.text)
           + word_similarity(word.text, folded(profile.display_name))
           + 2 * ts_rank(profile.search_document, search_query($1))
           + ts_rank(profile.search_document, coalesce(search_prefix_query($1), ''::tsquery))
         )::numeric, 6) AS score
    FROM candidate
    JOIN accounts AS account USING (id)
    JOIN profiles AS profile ON profile.account_id = candidate.id
   CROSS JOIN word
   WHERE account.deactivated_at IS NULL AND account.erased_at IS NULL
) AS found
