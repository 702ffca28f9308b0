-- When each account signed in last, for the list that goes by it. Null: never, or not since this was
-- added. A column without a default costs no rewrite.
ALTER TABLE accounts ADD COLUMN last_signed_in_at timestamptz(3);

-- migrate: down
ALTER TABLE accounts DROP COLUMN last_signed_in_at;
