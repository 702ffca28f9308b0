-- Indexes that CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY left half-made, and that nobody
-- makes just now. An index of a partitioned table is invalid until all its partitions have theirs.
SELECT n.nspname || '.' || c.relname AS index,
       n.nspname || '.' || t.relname AS table,
       c.relkind = 'I' AS partitioned,
       (c.relpages * current_setting('block_size')::bigint)::float8 AS bytes
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
   AND NOT EXISTS (
     SELECT FROM pg_stat_progress_create_index p
      WHERE p.index_relid = i.indexrelid OR (p.index_relid = 0 AND p.relid = i.indrelid))
 ORDER BY 1
