-- Gives a ledger that an earlier version of this library made the columns that came later. Earlier
-- versions go on working on it. :ledger is the table's full name.
-- Looks first: ALTER TABLE would lock the ledger, at which services look, even with nothing to do.
DO $upgrade$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = to_regclass(:ledger_text) AND attname = 'progress' AND NOT attisdropped
  ) THEN
    ALTER TABLE :ledger
      ADD COLUMN IF NOT EXISTS breaking boolean NOT NULL DEFAULT false,
      ADD COLUMN progress jsonb,
      DROP CONSTRAINT IF EXISTS schema_migrations_state_check,
      ADD CONSTRAINT schema_migrations_state_check
        CHECK (state IN ('started', 'applied', 'reverting'));
  END IF;
END
$upgrade$
