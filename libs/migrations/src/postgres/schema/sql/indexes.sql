-- Indexes, apart from those that a constraint or the index of a partitioned table brought along.
SELECT 'pg_class' AS class, i.indexrelid AS oid, i.indexrelid::regclass::text AS name,
       i.indrelid::regclass::text AS relation,
       CASE WHEN i.indisvalid THEN '' ELSE E'-- INVALID: PostgreSQL does not use it\n' END
       || regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') || ';'
       || CASE WHEN i.indisclustered
               THEN format(E'\nALTER TABLE %s CLUSTER ON %I;', i.indrelid::regclass, c.relname)
               ELSE '' END
       || CASE WHEN i.indisreplident
               THEN format(E'\nALTER TABLE %s REPLICA IDENTITY USING INDEX %I;',
                           i.indrelid::regclass, c.relname)
               ELSE '' END AS ddl
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_constraint k
                    WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
   AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = i.indrelid AND d.deptype = 'e')
