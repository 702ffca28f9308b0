-- Sequences, apart from those behind identity columns, which their tables show.
SELECT 'pg_class' AS class, c.oid, c.oid::regclass::text AS name, c.oid::regclass::text AS relation,
       format('CREATE SEQUENCE %s%s%s;', c.oid::regclass,
              CASE WHEN s.seqtypid <> 'bigint'::regtype
                   THEN format(' AS %s', s.seqtypid::regtype) ELSE '' END,
              coalesce(' ' || :sequence_options, '')) AS ddl
  FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
