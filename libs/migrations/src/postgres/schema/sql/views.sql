-- Views and materialised views.
SELECT 'pg_class' AS class, c.oid, c.oid::regclass::text AS name, c.oid::regclass::text AS relation,
       format(E'CREATE %sVIEW %s%s AS\n%s%s;',
         CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END,
         c.oid::regclass,
         (SELECT E'\nWITH (' || string_agg(o, ', ' ORDER BY o COLLATE "C") || ')'
            FROM unnest(c.reloptions) AS o),
         rtrim(pg_get_viewdef(c.oid, true), '; '),
         CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN E'\nWITH NO DATA' ELSE '' END) AS ddl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
