-- Makes accounts of the next $2 staged rows of the import $1, in the order of the file. The unique
-- indexes decide who has a name: an account that is there, the first of several rows, or a person who
-- signs up at this moment. Gives all rows of the batch; "added" tells which became accounts.
WITH batch AS (
  SELECT staged.*
    FROM staged_accounts AS staged
   WHERE import_id = $1
     AND row_number > (SELECT merged_through FROM account_imports WHERE id = $1)
   ORDER BY row_number
   LIMIT $2
), added AS (
  INSERT INTO accounts (id, email, username, password_hash, role)
  SELECT account_id, email, username, password_hash, role FROM batch ORDER BY row_number
  ON CONFLICT DO NOTHING
  RETURNING id, version, created_at
), profiled AS (
  INSERT INTO profiles (account_id, display_name, avatar_url, bio)
  SELECT account_id, display_name, avatar_url, bio
    FROM batch JOIN added ON added.id = batch.account_id
)
SELECT batch.row_number::float8 AS "rowNumber", batch.account_id AS "accountId", batch.email,
       batch.username, batch.display_name AS "displayName", batch.avatar_url AS "avatarUrl",
       added.version, added.created_at AS "createdAt", added.id IS NOT NULL AS added
  FROM batch LEFT JOIN added ON added.id = batch.account_id
 ORDER BY batch.row_number
