-- The statements of this database that took most of the server's time, without the doctor's own.
--
-- $1 the database
-- $2 what is in the doctor's own
-- $3 how many
SELECT lpad(to_hex(queryid), 16, '0') AS id,
       min(query) AS query,
       sum(calls)::float8 AS calls,
       sum(total_exec_time) AS total_ms,
       (sum(total_exec_time) / sum(sum(total_exec_time)) OVER ())::float8 AS share,
       (sum(total_exec_time) / sum(calls))::float8 AS mean_ms,
       max(max_exec_time) AS max_ms,
       (sum(rows) / sum(calls))::float8 AS rows_a_call,
       sum(shared_blks_hit)::float8 AS hits,
       sum(shared_blks_read)::float8 AS reads,
       sum(temp_blks_written)::float8 AS temp_blocks
  FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1)
   AND queryid IS NOT NULL
   AND calls > 0
   AND toplevel
   AND position($2 IN query) = 0
   AND query !~* '^\s*(begin|start transaction|commit|rollback|end|discard|deallocate|set|reset|show)\M'
 GROUP BY queryid
HAVING sum(total_exec_time) > 0
 ORDER BY total_ms DESC
 LIMIT $3
