-- Transactions that are open for long, or that are open and do nothing. Vacuum cannot remove what
-- they may still see. Prepared ones (two-phase commit) have no session.
--
-- $1 milliseconds that a transaction may be open
-- $2 milliseconds that one may be open and do nothing
SELECT a.pid,
       a.state = 'idle in transaction' OR a.state = 'idle in transaction (aborted)' AS idle,
       coalesce(a.application_name, '') AS application,
       coalesce(a.usename, '') AS role,
       (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS open_ms,
       (extract(epoch FROM clock_timestamp() - a.state_change) * 1000)::float8 AS state_ms,
       coalesce(a.query, '') AS query,
       NULL AS prepared
  FROM pg_stat_activity a
 WHERE a.xact_start IS NOT NULL
   AND a.pid <> pg_backend_pid()
   AND a.datname = current_database()
   AND a.backend_type = 'client backend'
   AND (clock_timestamp() - a.xact_start >= $1::float8 * interval '1 ms'
        OR (a.state LIKE 'idle in transaction%' AND clock_timestamp() - a.state_change >= $2::float8 * interval '1 ms'))
UNION ALL
SELECT NULL, true, '', owner, (extract(epoch FROM clock_timestamp() - prepared) * 1000)::float8,
       (extract(epoch FROM clock_timestamp() - prepared) * 1000)::float8, '', gid
  FROM pg_prepared_xacts
 WHERE database = current_database()
   AND clock_timestamp() - prepared >= $1::float8 * interval '1 ms'
 ORDER BY open_ms DESC
