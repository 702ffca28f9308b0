-- The ledger. :ledger is the table's full name.
-- Two runners that should not both be there collide on its key, before they change anything.
CREATE TABLE IF NOT EXISTS :ledger (
  version     integer     PRIMARY KEY,
  name        text        NOT NULL,
  -- SHA-256 over the file's normalised text, in hexadecimal digits.
  checksum    text        NOT NULL,
  state       text        NOT NULL
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied', 'reverting')),
  executed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer,
  executed_by text        NOT NULL,
  app_version text,
  -- Whether releases that do not know the migration cannot work on what it made.
  breaking    boolean     NOT NULL DEFAULT false,
  -- How far one is that runs statement by statement; see StatementProgress.
  progress    jsonb
)
