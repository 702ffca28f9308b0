-- Kinds of objects that are named only: nothing in the catalogs writes their statement.
SELECT o.class, o.oid, i.identity AS name, NULL AS relation,
       format('-- %s %s: made by the migrations, not shown here', i.type, i.identity) AS ddl
  FROM (SELECT 'pg_proc' AS class, oid, pronamespace AS schema FROM pg_proc WHERE prokind = 'a'
         UNION ALL SELECT 'pg_operator', oid, oprnamespace FROM pg_operator
         UNION ALL SELECT 'pg_opclass', oid, opcnamespace FROM pg_opclass
         UNION ALL SELECT 'pg_collation', oid, collnamespace FROM pg_collation
         UNION ALL SELECT 'pg_ts_config', oid, cfgnamespace FROM pg_ts_config
         UNION ALL SELECT 'pg_ts_dict', oid, dictnamespace FROM pg_ts_dict
         UNION ALL SELECT 'pg_class', oid, relnamespace FROM pg_class WHERE relkind = 'f') AS o
  JOIN pg_namespace n ON n.oid = o.schema
  CROSS JOIN LATERAL pg_identify_object(('pg_catalog.' || o.class)::regclass, o.oid, 0) AS i
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = ('pg_catalog.' || o.class)::regclass
                    AND d.objid = o.oid AND d.deptype = 'e')
