-- Extensions, apart from PL/pgSQL, which every database has. Versions are the server's affair.
SELECT 'pg_extension' AS class, e.oid, e.extname AS name, NULL AS relation,
       format('CREATE EXTENSION IF NOT EXISTS %I%s;', e.extname,
              CASE WHEN n.nspname IN ('pg_catalog', 'public') THEN ''
                   ELSE format(' WITH SCHEMA %I', n.nspname) END) AS ddl
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname <> 'plpgsql'
