-- What needs what. A table that owns a sequence needs it for its default: the way back is left out.
SELECT d.classid::regclass::text AS class, d.objid AS oid,
       d.refclassid::regclass::text AS needed_class, d.refobjid AS needed_oid
  FROM pg_depend d
 WHERE d.deptype IN ('n', 'a', 'P', 'S') AND d.objid >= 16384 AND d.refobjid >= 16384
   AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
            AND EXISTS (SELECT FROM pg_class q WHERE q.oid = d.objid AND q.relkind = 'S'))
