-- Tables that vacuum does not keep up with.
--
-- $1 the least number of dead rows
-- $2 their least share of the living
SELECT s.schemaname || '.' || s.relname AS table,
       s.n_dead_tup::float8 AS dead,
       s.n_live_tup::float8 AS living,
       extract(epoch FROM now() - greatest(s.last_vacuum, s.last_autovacuum))::float8 AS vacuumed_seconds,
       coalesce(array_to_string(c.reloptions, ' ') ~ 'autovacuum_enabled=(false|off|0|no)', false)
         OR current_setting('autovacuum') = 'off' AS off,
       (SELECT max(age(a.backend_xmin)) FROM pg_stat_activity a)::float8 AS oldest_snapshot
  FROM pg_stat_user_tables s
  JOIN pg_class c ON c.oid = s.relid
 WHERE s.n_dead_tup >= $1::float8
   AND s.n_dead_tup >= $2::float8 * s.n_live_tup
 ORDER BY s.n_dead_tup DESC
