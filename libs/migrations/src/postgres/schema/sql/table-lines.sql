-- What stands between the parentheses of CREATE TABLE for c, a row of pg_class.
SELECT 1 AS rank, a.attnum AS position,
       format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
         CASE WHEN a.attcollation <> t.typcollation
              THEN format(' COLLATE %s', a.attcollation::regcollation) END,
         CASE
           WHEN a.attgenerated <> '' THEN
             format(' GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid),
                    CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END)
           WHEN a.attidentity <> '' THEN
             format(' GENERATED %s AS IDENTITY%s',
                    CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                    (SELECT format(' (%s)', :sequence_options) FROM pg_sequence s
                      WHERE s.seqrelid = pg_get_serial_sequence(c.oid::regclass::text, a.attname)::regclass
                        AND :sequence_options IS NOT NULL))
           ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
         END,
         -- PostgreSQL 18 knows NOT NULL that is not yet known of every row: see constraints.sql.
         CASE WHEN a.attnotnull AND NOT EXISTS (
                SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
                   AND k.conkey[1] = a.attnum AND NOT k.convalidated) THEN ' NOT NULL' END) AS line
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attislocal
 UNION ALL
SELECT 2, 0, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
  FROM pg_constraint k
 WHERE k.conrelid = c.oid AND k.contype IN ('c', 'p', 'u', 'x') AND k.conislocal AND k.convalidated
