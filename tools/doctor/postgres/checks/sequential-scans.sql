-- Large tables that were mostly read from end to end since statistics began.
--
-- $1 rows from which on a table is large
-- $2 the least number of scans
SELECT s.schemaname || '.' || s.relname AS table,
       c.reltuples::float8 AS rows,
       s.seq_scan::float8 AS scans,
       (s.seq_tup_read / s.seq_scan)::float8 AS rows_a_scan,
       coalesce(s.idx_scan, 0)::float8 AS index_scans
  FROM pg_stat_user_tables s
  JOIN pg_class c ON c.oid = s.relid
 WHERE c.reltuples >= $1::float8
   AND s.seq_scan >= $2::float8
   -- Scans that stop early, by a LIMIT, are none of these.
   AND s.seq_tup_read / s.seq_scan >= c.reltuples / 2
   AND s.seq_scan > coalesce(s.idx_scan, 0)
 ORDER BY s.seq_tup_read DESC
