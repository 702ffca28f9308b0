-- Stores events: $1 ids, $2 accounts, $3 kinds, $4 details, $5 times. One that is there already, and
-- one of an account that is gone, is left out.
INSERT INTO activity_events (id, account_id, kind, details, occurred_at)
SELECT event.id, event.account_id, event.kind, event.details, event.occurred_at
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[])
    AS event (id, account_id, kind, details, occurred_at)
 WHERE EXISTS (SELECT FROM accounts WHERE accounts.id = event.account_id)
ON CONFLICT DO NOTHING
