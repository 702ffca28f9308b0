-- What a REINDEX CONCURRENTLY that was cut off left behind: copies that were not finished (_ccnew),
-- and originals that were not dropped any more (_ccold). $1 is what it worked on (INDEX, TABLE,
-- SCHEMA, DATABASE, SYSTEM), $2 its name as it stands in the file.
SELECT format('%I.%I', n.nspname, i.relname) AS index
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE NOT x.indisvalid
  AND i.relkind = 'i'
  AND i.relname ~ '_cc(new|old)\d*$'
  AND CASE $1
        WHEN 'INDEX' THEN x.indrelid IN (
          SELECT indrelid FROM pg_index
          WHERE indexrelid = to_regclass($2)
             OR indexrelid IN (SELECT relid FROM pg_partition_tree(to_regclass($2)))
        )
        WHEN 'TABLE' THEN x.indrelid IN (
          SELECT unnest(ARRAY[t.oid, t.reltoastrelid]) FROM pg_class t
          WHERE t.oid = to_regclass($2)
             OR t.oid IN (SELECT relid FROM pg_partition_tree(to_regclass($2)))
        )
        WHEN 'SCHEMA' THEN n.nspname = (parse_ident($2))[1]::name
        ELSE true
      END
