-- Whose session holds the lock :key. pg_locks shows its upper half as classid, its lower as objid.
SELECT a.application_name, a.pid, host(a.client_addr) AS client
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = (:key::bigint >> 32)::oid AND l.objid = (:key::bigint & 4294967295)::oid
