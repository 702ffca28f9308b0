-- Where pg_stat_statements stands here.
SELECT current_database() AS database,
       current_setting('block_size')::int AS block_size,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS available,
       (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'pg_stat_statements') AS schema,
       -- The setting is there as soon as the library is loaded.
       current_setting('pg_stat_statements.max', true) IS NOT NULL AS loaded
