-- Pairs of valid indexes of one table of which the first is not needed: it has all that the second
-- has (the same), or is a B-tree over the second's first columns (a part). Of two that are the same
-- the one that a constraint or a key needs stays, else the older. Operator classes are those of one
-- kind of index each. Each index is told once.
--
-- $1 the least size in bytes
WITH indexes AS (
  SELECT i.indexrelid, i.indrelid, i.indisunique, c.relam, c.relname, c.relpages, n.nspname,
         array_remove(string_to_array(i.indkey::text, ' '), '') AS keys,
         string_to_array(i.indclass::text, ' ') AS classes,
         string_to_array(i.indcollation::text, ' ') AS collations,
         string_to_array(i.indoption::text, ' ') AS options,
         i.indnkeyatts, i.indnatts,
         coalesce(i.indexprs::text, '') AS expressions,
         coalesce(i.indpred::text, '') AS predicate,
         EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) OR i.indisreplident AS needed
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE i.indisvalid
     AND NOT c.relispartition
     AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
)
SELECT DISTINCT ON (a.relpages, a.nspname, a.relname)
       a.nspname || '.' || a.relname AS index,
       b.nspname || '.' || b.relname AS other,
       a.indnatts = b.indnatts AS same,
       (a.relpages * current_setting('block_size')::bigint)::float8 AS bytes
  FROM indexes a
  JOIN indexes b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
                AND b.predicate = a.predicate
 WHERE NOT a.needed
   AND a.relpages * current_setting('block_size')::bigint >= $1::float8
   AND (
     -- The same.
     (b.indnatts = a.indnatts AND b.indnkeyatts = a.indnkeyatts AND b.keys = a.keys
       AND b.expressions = a.expressions AND b.classes = a.classes
       AND b.collations = a.collations AND b.options = a.options
       AND (b.indisunique OR NOT a.indisunique)
       AND (b.needed OR (b.indisunique AND NOT a.indisunique) OR b.indexrelid < a.indexrelid))
     OR
     -- A part. Columns that are only included, and expressions, are not looked into.
     (a.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') AND NOT a.indisunique
       AND a.indnatts = a.indnkeyatts AND a.indnkeyatts < b.indnkeyatts
       AND a.expressions = '' AND b.expressions = ''
       AND b.keys[1:a.indnkeyatts] = a.keys AND b.classes[1:a.indnkeyatts] = a.classes
       AND b.collations[1:a.indnkeyatts] = a.collations AND b.options[1:a.indnkeyatts] = a.options)
   )
 ORDER BY a.relpages DESC, a.nspname, a.relname, a.indnatts = b.indnatts DESC, b.indexrelid
