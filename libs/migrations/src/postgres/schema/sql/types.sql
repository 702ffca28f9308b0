-- Enums, domains, composite types and ranges.
SELECT 'pg_type' AS class, t.oid, t.oid::regtype::text AS name, NULL AS relation,
       CASE t.typtype
         WHEN 'e' THEN format(E'CREATE TYPE %s AS ENUM (\n  %s\n);', t.oid::regtype,
           (SELECT string_agg(quote_literal(e.enumlabel), E',\n  ' ORDER BY e.enumsortorder)
              FROM pg_enum e WHERE e.enumtypid = t.oid))
         WHEN 'd' THEN format('CREATE DOMAIN %s AS %s%s%s%s%s;', t.oid::regtype,
           format_type(t.typbasetype, t.typtypmod),
           (SELECT format(' COLLATE %s', t.typcollation::regcollation) FROM pg_type b
             WHERE b.oid = t.typbasetype AND t.typcollation <> b.typcollation),
           ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0),
           CASE WHEN t.typnotnull THEN ' NOT NULL' END,
           (SELECT string_agg(format(E'\n  CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)),
                              '' ORDER BY c.conname COLLATE "C")
              FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'))
         WHEN 'c' THEN format(E'CREATE TYPE %s AS (\n  %s\n);', t.oid::regtype,
           (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
                              E',\n  ' ORDER BY a.attnum)
              FROM pg_attribute a
             WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
         WHEN 'r' THEN format('CREATE TYPE %s AS RANGE (SUBTYPE = %s);', t.oid::regtype,
           (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
       END AS ddl
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
                    AND d.objid = t.oid AND d.deptype = 'e')
