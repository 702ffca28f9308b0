-- When consumers are to have an event: it is published like any other, and waits there. Null: at once.
-- A column without a default costs no rewrite.
ALTER TABLE outbox ADD COLUMN deliver_at timestamptz;
