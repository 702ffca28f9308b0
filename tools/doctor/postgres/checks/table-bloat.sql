-- How much larger tables are than their rows need, estimated from the planner's statistics: widths
-- of columns, headers, alignment and fillfactor. What is moved out of the rows (TOAST) is not
-- counted. A table with a column that was never analysed is left out.
-- Source of the method: Jehan-Guillaume de Rorthais, "pgsql-bloat-estimation".
--
-- $1 the least bloat in bytes
-- $2 its least share of the table
WITH widths AS (
  SELECT c.oid, c.relpages, c.reltuples, n.nspname, c.relname,
         coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::int, 100) AS fillfactor,
         -- The header, with a bit for each column where some are null; aligned to 8 bytes.
         ceil((23 + CASE WHEN bool_or(s.null_frac > 0) THEN ceil(count(*) / 8.0) ELSE 0 END) / 8.0) * 8 AS header,
         sum((1 - s.null_frac) * s.avg_width) AS data,
         count(*) FILTER (WHERE s.attname IS NULL) AS unknown
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                        AND s.inherited = false
   WHERE c.relkind IN ('r', 'm')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND c.reltuples > 0
     AND c.relpages * current_setting('block_size')::bigint >= $1::float8
   GROUP BY c.oid, n.nspname
),
needed AS (
  SELECT nspname, relname, relpages, reltuples,
         -- 24 bytes of a page are its header, 4 of each row its pointer.
         ceil(reltuples / greatest(1, floor((current_setting('block_size')::int - 24) * fillfactor / 100.0
                                            / (header + ceil(data / 8) * 8 + 4)))) AS pages
    FROM widths
   WHERE unknown = 0
)
SELECT nspname || '.' || relname AS table,
       (relpages * current_setting('block_size')::bigint)::float8 AS bytes,
       ((relpages - pages) * current_setting('block_size')::bigint)::float8 AS bloat,
       ((relpages - pages) / relpages)::float8 AS share
  FROM needed
 WHERE (relpages - pages) * current_setting('block_size')::bigint >= $1::float8
   AND (relpages - pages) / relpages >= $2::float8
 ORDER BY bloat DESC
