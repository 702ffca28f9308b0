-- Why: …

CREATE TABLE :table (
  id         uuid PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- migrate: down
DROP TABLE :table;
