-- The ledger, in the version that knows every column. :ledger is the table's full name.
-- Two runners that should not both be there collide on its key, before they change anything.
CREATE TABLE IF NOT EXISTS :ledger (
  version     integer     PRIMARY KEY,
  name        text        NOT NULL,
  -- SHA-256 over the file's normalised text, in hexadecimal digits.
  checksum    text        NOT NULL,
  state       text        NOT NULL CHECK (state IN ('started', 'applied')),
  executed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer,
  executed_by text        NOT NULL,
  app_version text
)
