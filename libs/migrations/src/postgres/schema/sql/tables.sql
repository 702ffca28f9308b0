-- Tables with their columns and the constraints that are checked row by row.
SELECT 'pg_class' AS class, c.oid, c.oid::regclass::text AS name, c.oid::regclass::text AS relation,
       format(E'CREATE %sTABLE %s%s%s%s%s;%s',
         CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END,
         c.oid::regclass,
         CASE WHEN c.relispartition
              THEN format(' PARTITION OF %s %s', parent.name, pg_get_expr(c.relpartbound, c.oid))
              ELSE format(E' (\n%s\n)', (SELECT string_agg('  ' || line, E',\n' ORDER BY rank, position, line COLLATE "C")
                                          FROM (:table_lines) AS l))
                   || coalesce(' INHERITS (' || parent.name || ')', '') END,
         CASE WHEN c.relkind = 'p' THEN E'\nPARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END,
         CASE WHEN am.amname <> 'heap' THEN format(E'\nUSING %I', am.amname) ELSE '' END,
         (SELECT E'\nWITH (' || string_agg(option, ', ' ORDER BY option COLLATE "C") || ')'
            FROM (SELECT unnest(c.reloptions)
                   UNION ALL
                  SELECT 'toast.' || unnest(t.reloptions) FROM pg_class t
                   WHERE t.oid = c.reltoastrelid) AS o (option)),
         (SELECT string_agg(E'\n' || line, '' ORDER BY rank, position, line COLLATE "C")
            FROM (:table_settings) AS s)) AS ddl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN LATERAL (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) AS name
                       FROM pg_inherits i WHERE i.inhrelid = c.oid) AS parent ON true
 WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
