-- Takes the lock if it is free. :key is the same number in every runner; advisory locks belong to
-- one database, so there is one lock for each.
-- Returns the ledger's schema too, quoted where it must be: where the table is or, if it is nowhere
-- on the search path, where CREATE TABLE would put it. And the role with which the connection began.
SELECT pg_try_advisory_lock(:key) AS locked,
       coalesce(
         (SELECT quote_ident(n.nspname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.oid = to_regclass('schema_migrations')),
         quote_ident(current_schema())
       ) AS schema,
       current_setting('role') AS role
