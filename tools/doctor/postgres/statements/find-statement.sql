-- The statements whose id begins with $1, each once.
--
-- $2 the database
SELECT lpad(to_hex(queryid), 16, '0') AS id, min(query) AS query
  FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $2)
   AND left(lpad(to_hex(queryid), 16, '0'), length($1)) = $1
 GROUP BY queryid
 LIMIT 2
