-- Why: …
-- migrate: no-transaction

CREATE INDEX CONCURRENTLY :table_:column_idx ON :table (:column);

-- migrate: down
DROP INDEX CONCURRENTLY IF EXISTS :table_:column_idx;
