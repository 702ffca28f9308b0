-- How much of what was read was in shared_buffers, since statistics began: a table that asks for more
-- has other findings. What the system's cache has counts as read.
--
-- $1 the least number of blocks read
-- $2 the share that should be hits
SELECT blks_hit::float8 AS hits,
       blks_read::float8 AS reads,
       (blks_hit / (blks_hit + blks_read)::numeric)::float8 AS share,
       current_setting('shared_buffers') AS buffers
  FROM pg_stat_database
 WHERE datname = current_database()
   AND blks_read >= $1::float8
   AND blks_hit < $2::float8 * (blks_hit + blks_read)
