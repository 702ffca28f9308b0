-- Tables that are partitioned by a range of one moment or day: whether there is a partition for now,
-- how many for later, how far they reach without a gap, and what waits to be put right.
WITH parts AS (
  SELECT p.oid AS parent,
         n.nspname || '.' || p.relname AS table,
         c.oid AS partition,
         i.inhdetachpending AS detaching,
         pg_get_expr(c.relpartbound, c.oid) AS bounds,
         greatest(c.reltuples, s.n_live_tup, 0) AS rows
    FROM pg_partitioned_table t
    JOIN pg_class p ON p.oid = t.partrelid AND NOT p.relispartition
    JOIN pg_namespace n ON n.oid = p.relnamespace
    JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = t.partattrs[0]
                       AND a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
    LEFT JOIN pg_inherits i ON i.inhparent = p.oid
    LEFT JOIN pg_class c ON c.oid = i.inhrelid
    LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
   WHERE t.partstrat = 'r' AND t.partnatts = 1
),
ranges AS (
  SELECT *,
         CASE WHEN bounds LIKE 'FOR VALUES FROM (MINVALUE)%' THEN '-infinity'
              ELSE substring(bounds FROM $$FROM \('([^']+)'\)$$) END::timestamptz AS from_time,
         CASE WHEN bounds LIKE '%TO (MAXVALUE)' THEN 'infinity'
              ELSE substring(bounds FROM $$TO \('([^']+)'\)$$) END::timestamptz AS to_time
    FROM parts
),
-- The partition of now and those that follow it one upon the other.
chained AS (
  SELECT parent, from_time, to_time,
         coalesce(from_time = lag(to_time) OVER (PARTITION BY parent ORDER BY from_time), true) AS joined
    FROM ranges
   WHERE to_time > now() AND NOT detaching
),
reach AS (
  SELECT parent,
         bool_or(from_time <= now()) AS present,
         count(*) FILTER (WHERE from_time > now() AND whole) AS ahead,
         max(to_time) FILTER (WHERE whole) AS until
    FROM (SELECT *, bool_and(joined) OVER (PARTITION BY parent ORDER BY from_time) AS whole FROM chained) c
   GROUP BY parent
)
SELECT r.table,
       coalesce(e.present, false) AS present,
       coalesce(e.ahead, 0)::int AS ahead,
       CASE WHEN e.present THEN to_char(e.until, 'YYYY-MM-DD HH24:MI') END AS until,
       coalesce(sum(r.rows) FILTER (WHERE r.bounds = 'DEFAULT'), 0)::float8 AS default_rows,
       bool_or(r.bounds = 'DEFAULT') IS TRUE AS has_default,
       array_remove(array_agg(r.partition::regclass::text) FILTER (WHERE r.detaching), NULL) AS detaching
  FROM ranges r
  LEFT JOIN reach e ON e.parent = r.parent
 GROUP BY r.parent, r.table, e.present, e.ahead, e.until
 ORDER BY 1
