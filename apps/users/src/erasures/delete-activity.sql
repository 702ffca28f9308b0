-- Deletes a batch of what an account did: $1 account, $2 rows.
DELETE FROM activity_events
 WHERE (id, occurred_at) IN (
   SELECT id, occurred_at
     FROM activity_events
    WHERE account_id = $1
    LIMIT $2
 )
