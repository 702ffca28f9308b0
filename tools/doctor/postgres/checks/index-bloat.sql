-- How much larger B-trees are than their entries need, estimated as for tables. Equal entries share
-- space, so that an index may be bloated and not be told; it is not told without being so.
--
-- $1 the least bloat in bytes
-- $2 its least share of the index
WITH widths AS (
  SELECT c.oid, c.relname, n.nspname, t.relname AS table, c.relpages, c.reltuples,
         coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::int, 90) AS fillfactor,
         -- 8 bytes of header, and a bit for each column where some are null; aligned to 8 bytes.
         CASE WHEN bool_or(s.null_frac > 0) THEN 16 ELSE 8 END AS header,
         sum((1 - s.null_frac) * s.avg_width) AS data,
         count(*) FILTER (WHERE s.attname IS NULL) AS unknown
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(string_to_array(i.indkey::text, ' ')::int2[]) WITH ORDINALITY k (number, place)
    -- An expression's statistics are those of a column of the index.
    LEFT JOIN pg_attribute a ON (a.attrelid, a.attnum) =
              (CASE WHEN k.number = 0 THEN i.indexrelid ELSE i.indrelid END,
               CASE WHEN k.number = 0 THEN k.place ELSE k.number END)
    LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.attname = a.attname AND s.inherited = false
                        AND s.tablename = CASE WHEN k.number = 0 THEN c.relname ELSE t.relname END
   WHERE i.indisvalid
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
     AND c.reltuples > 0
     AND c.relpages * current_setting('block_size')::bigint >= $1::float8
   GROUP BY c.oid, n.nspname, t.relname
),
needed AS (
  SELECT nspname, relname, "table", relpages,
         -- 40 bytes of a page are its own, 4 of each entry its pointer; one page tells about the others.
         1 + ceil(reltuples * (header + ceil(data / 8) * 8 + 4)
                  / ((current_setting('block_size')::int - 40) * fillfactor / 100.0)) AS pages
    FROM widths
   WHERE unknown = 0
)
SELECT nspname || '.' || relname AS index,
       nspname || '.' || "table" AS table,
       (relpages * current_setting('block_size')::bigint)::float8 AS bytes,
       ((relpages - pages) * current_setting('block_size')::bigint)::float8 AS bloat,
       ((relpages - pages) / relpages)::float8 AS share
  FROM needed
 WHERE (relpages - pages) * current_setting('block_size')::bigint >= $1::float8
   AND (relpages - pages) / relpages >= $2::float8
 ORDER BY bloat DESC
