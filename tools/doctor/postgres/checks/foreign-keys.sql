-- Foreign keys whose columns no usable index of their table begins with, in whatever order: each
-- delete or change of a key there reads the whole table.
SELECT n.nspname || '.' || t.relname AS table,
       k.conname AS constraint,
       rn.nspname || '.' || r.relname AS refers_to,
       (SELECT array_agg(a.attname::text ORDER BY u.place)
          FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns,
       -- A partitioned table's own count may be unknown where its partitions' are not.
       greatest(t.reltuples, 0, (SELECT sum(greatest(p.reltuples, 0))
                                   FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid
                                  WHERE h.inhparent = t.oid))::float8 AS rows
  FROM pg_constraint k
  JOIN pg_class t ON t.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_class r ON r.oid = k.confrelid
  JOIN pg_namespace rn ON rn.oid = r.relnamespace
 WHERE k.contype = 'f'
   AND k.conparentid = 0
   AND NOT EXISTS (
     SELECT FROM pg_index i
      WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
        AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey)
 ORDER BY rows DESC, 1, 2
