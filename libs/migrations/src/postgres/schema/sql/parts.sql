-- Objects that have no statement of their own, and the object whose statement makes them.
SELECT 'pg_attrdef' AS class, oid, 'pg_class' AS whole_class, adrelid AS whole_oid FROM pg_attrdef
 UNION ALL SELECT 'pg_rewrite', oid, 'pg_class', ev_class FROM pg_rewrite WHERE oid >= 16384
 UNION ALL SELECT 'pg_constraint', oid, 'pg_class', conrelid FROM pg_constraint WHERE conrelid >= 16384
 UNION ALL SELECT 'pg_constraint', oid, 'pg_type', contypid FROM pg_constraint WHERE contypid >= 16384
 UNION ALL SELECT 'pg_class', indexrelid, 'pg_class', indrelid FROM pg_index WHERE indexrelid >= 16384
 UNION ALL SELECT 'pg_type', oid, 'pg_class', typrelid FROM pg_type WHERE typrelid >= 16384
 UNION ALL SELECT 'pg_type', a.oid, 'pg_type', t.oid FROM pg_type a JOIN pg_type t ON t.typarray = a.oid
            WHERE a.oid >= 16384
 UNION ALL SELECT d.classid::regclass::text, d.objid, 'pg_extension', d.refobjid
            FROM pg_depend d WHERE d.deptype = 'e'
