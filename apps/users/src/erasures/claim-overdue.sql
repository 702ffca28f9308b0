-- Takes erasures whose services were last asked before $1, up to $2 of them, and notes that they are asked
-- again.
UPDATE erasures
   SET asked_at = clock_timestamp()
 WHERE id IN (
   SELECT id
     FROM erasures
    WHERE completed_at IS NULL AND asked_at < $1
    ORDER BY asked_at
    LIMIT $2
      FOR UPDATE SKIP LOCKED
 )
RETURNING id AS "erasureId", account_id AS "accountId"
