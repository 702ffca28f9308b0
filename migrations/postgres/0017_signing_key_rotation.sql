-- Keys are published before they sign, so that whoever keeps the set for a while has them by then. Keys
-- that there are sign already. The time of a migration is one constant, which costs no rewrite.
ALTER TABLE signing_keys ADD COLUMN activates_at timestamptz(3) NOT NULL DEFAULT now();

-- migrate: down
ALTER TABLE signing_keys DROP COLUMN activates_at;
