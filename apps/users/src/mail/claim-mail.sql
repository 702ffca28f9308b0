-- Takes a mail that waits, for as long as one attempt may take: $1 id, $2 milliseconds. No row where it
-- does not wait any more, or another process has it.
UPDATE mails
   SET attempts = attempts + 1,
       claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
 WHERE id = $1
   AND status = 'waiting'
   AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
RETURNING id, account_id AS "accountId", recipient, kind, data, attempts, created_at AS "createdAt"
