-- Indexes that no query has read since statistics began, and that nothing else needs: no key, no
-- constraint, no replica identity. Those of partitions count as one, by the index they are parts of.
--
-- $1 the least size in bytes
WITH used AS (
  SELECT coalesce(pg_partition_root(i.indexrelid)::oid, i.indexrelid) AS index,
         sum(s.idx_scan) AS scans,
         sum(c.relpages) * current_setting('block_size')::bigint AS bytes
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
   GROUP BY 1
)
SELECT n.nspname || '.' || c.relname AS index,
       n.nspname || '.' || t.relname AS table,
       u.bytes::float8 AS bytes,
       -- Null when they never were; they outlast a restart, though not a crash.
       extract(epoch FROM now() - d.stats_reset)::float8 AS reset_seconds,
       extract(epoch FROM now() - pg_postmaster_start_time())::float8 AS running_seconds
  FROM used u
  JOIN pg_index i ON i.indexrelid = u.index AND i.indisvalid AND NOT i.indisunique AND NOT i.indisreplident
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_stat_database d ON d.datname = current_database()
 WHERE u.scans = 0
   AND u.bytes >= $1::float8
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = u.index)
 ORDER BY u.bytes DESC
