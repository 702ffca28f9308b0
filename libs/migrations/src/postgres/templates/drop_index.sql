-- Why: …
-- migrate: no-transaction

DROP INDEX CONCURRENTLY :table_:column_idx;

-- migrate: down
CREATE INDEX CONCURRENTLY IF NOT EXISTS :table_:column_idx ON :table (:column);
