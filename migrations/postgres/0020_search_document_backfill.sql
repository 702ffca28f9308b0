-- migrate: no-transaction
-- migrate: statement-timeout 6h
-- The documents of the profiles that are there. A thousand at a time, each thousand committed: nobody
-- waits for more than that, and what was done stays done when this is killed and run again.

-- lint: accept opaque-block because it changes rows of one table, a thousand in each transaction
-- lint: accept mixed-without-transaction because it commits, which no transaction around it allows
DO $$
DECLARE
  behind uuid := '00000000-0000-0000-0000-000000000000';
  upto uuid;
BEGIN
  LOOP
    SELECT batch.account_id INTO upto
      FROM (SELECT account_id FROM profiles WHERE account_id > behind ORDER BY account_id LIMIT 1000)
        AS batch
     ORDER BY batch.account_id DESC
     LIMIT 1;
    EXIT WHEN upto IS NULL;
    UPDATE profiles
       SET search_document = search_document(display_name, bio)
     WHERE account_id > behind AND account_id <= upto AND search_document IS NULL;
    COMMIT;
    behind := upto;
  END LOOP;
END
$$;
