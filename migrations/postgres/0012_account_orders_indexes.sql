-- migrate: no-transaction
-- An index for each order of the list of accounts, and for the beginnings of names.

-- Those who signed in last first; who never did comes at the end.
CREATE INDEX CONCURRENTLY accounts_last_signed_in
  ON accounts (last_signed_in_at DESC NULLS LAST, id DESC);

-- By name without case and accents. In the order of code points, which no update of the operating
-- system's collations changes, and which folded(display_name) COLLATE "C" LIKE 'zo%' can use, too.
CREATE INDEX CONCURRENTLY profiles_by_name
  ON profiles (folded(display_name) COLLATE "C", account_id);

-- username LIKE 'ad%', whatever the collation of the database is.
CREATE INDEX CONCURRENTLY accounts_username_prefix ON accounts (username text_pattern_ops);

-- migrate: down
DROP INDEX CONCURRENTLY accounts_last_signed_in;
DROP INDEX CONCURRENTLY profiles_by_name;
DROP INDEX CONCURRENTLY accounts_username_prefix;
