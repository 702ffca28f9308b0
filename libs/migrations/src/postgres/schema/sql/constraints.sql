-- Foreign keys, and constraints that are not known of every row: CREATE TABLE would make them so.
SELECT 'pg_constraint' AS class, k.oid, k.conname AS name, k.conrelid::regclass::text AS relation,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s;', k.conrelid::regclass, k.conname,
              pg_get_constraintdef(k.oid)) AS ddl
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND k.conparentid = 0 AND k.conislocal
   AND (k.contype = 'f' OR (k.contype IN ('c', 'n') AND NOT k.convalidated))
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype = 'e')
