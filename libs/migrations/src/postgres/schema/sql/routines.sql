-- Functions, procedures and window functions.
SELECT 'pg_proc' AS class, p.oid, p.oid::regprocedure::text AS name, NULL AS relation,
       rtrim(pg_get_functiondef(p.oid), E'\n') || ';' AS ddl
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prokind IN ('f', 'p', 'w') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                    AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
