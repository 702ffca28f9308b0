-- Accounts that an admin brings in as a file: what has arrived of it, row by row, until all of it has.
-- Nothing of an import shows in accounts before that.
CREATE TABLE account_imports (
  id            uuid           PRIMARY KEY,
  format        text           NOT NULL,
  state         text           NOT NULL DEFAULT 'receiving',
  -- Whether rows may say that they are an admin's.
  allow_admins  boolean        NOT NULL,
  -- Without a foreign key: the report outlives the account.
  created_by    uuid           NOT NULL,
  -- Of a CSV file, by its first row.
  columns       text[],
  -- The file up to there is staged or refused, and a sender goes on behind it: always the end of a row.
  received_bytes bigint        NOT NULL DEFAULT 0,
  received_rows bigint         NOT NULL DEFAULT 0,
  -- Rows that wait in staged_accounts.
  staged_rows   bigint         NOT NULL DEFAULT 0,
  refused_rows  bigint         NOT NULL DEFAULT 0,
  imported_rows bigint         NOT NULL DEFAULT 0,
  -- Rows up to this one have become accounts, or were refused.
  merged_through bigint        NOT NULL DEFAULT 0,
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),
  finished_at   timestamptz(3),
  CONSTRAINT account_imports_format_check CHECK (format IN ('ndjson', 'csv')),
  CONSTRAINT account_imports_state_check
    CHECK (state IN ('receiving', 'merging', 'done', 'cancelled')),
  CONSTRAINT account_imports_counts_check
    CHECK (least(received_bytes, received_rows, staged_rows, refused_rows, imported_rows) >= 0)
);
-- The list, newest first; and the few that somebody has to work on.
CREATE INDEX account_imports_newest ON account_imports (created_at DESC, id DESC);
CREATE INDEX account_imports_unfinished ON account_imports (id) WHERE finished_at IS NULL;

-- Rows that have arrived, and are right as far as can be told without the others.
CREATE TABLE staged_accounts (
  import_id     uuid   NOT NULL REFERENCES account_imports (id) ON DELETE CASCADE,
  row_number    bigint NOT NULL,
  account_id    uuid   NOT NULL,
  email         text   NOT NULL,
  username      text   NOT NULL,
  password_hash text   NOT NULL,
  role          text   NOT NULL,
  display_name  text   NOT NULL,
  avatar_url    text,
  bio           text,
  PRIMARY KEY (import_id, row_number)
) WITH (
  -- Each row is written once and deleted once.
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_threshold = 10000
);

-- Rows that did not become an account, and why: nothing of what they held.
CREATE TABLE refused_rows (
  import_id  uuid   NOT NULL REFERENCES account_imports (id) ON DELETE CASCADE,
  row_number bigint NOT NULL,
  -- Null: the row as a whole.
  field      text,
  reason     text   NOT NULL,
  PRIMARY KEY (import_id, row_number)
);

-- migrate: down
DROP TABLE refused_rows, staged_accounts, account_imports;
