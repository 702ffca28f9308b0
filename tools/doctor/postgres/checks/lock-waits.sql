-- Who waits for a lock, for how long, and behind whom.
--
-- $1 milliseconds that anybody may wait
SELECT w.pid,
       coalesce(w.application_name, '') AS application,
       (extract(epoch FROM clock_timestamp() - l.waitstart) * 1000)::float8 AS waited_ms,
       coalesce(w.query, '') AS query,
       l.mode,
       coalesce(n.nspname || '.' || c.relname, l.locktype) AS object,
       coalesce((SELECT json_agg(json_build_object(
                   'pid', b.pid,
                   'application', coalesce(b.application_name, ''),
                   'state', coalesce(b.state, b.backend_type, ''),
                   'openMs', (extract(epoch FROM clock_timestamp() - b.xact_start) * 1000)::float8,
                   'waits', b.wait_event_type = 'Lock' AND b.wait_event IS NOT NULL,
                   'query', coalesce(b.query, '')) ORDER BY b.xact_start)
                   FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(w.pid))), '[]') AS blockers
  FROM pg_stat_activity w
  JOIN pg_locks l ON l.pid = w.pid AND NOT l.granted
  LEFT JOIN pg_class c ON c.oid = l.relation
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE w.wait_event_type = 'Lock'
   AND w.datname = current_database()
   AND clock_timestamp() - l.waitstart >= $1::float8 * interval '1 ms'
 ORDER BY waited_ms DESC
