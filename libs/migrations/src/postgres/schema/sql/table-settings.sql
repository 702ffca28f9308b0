-- Statements that follow CREATE TABLE for c, a row of pg_class.
SELECT 1 AS rank, a.attnum AS position,
       format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s;', c.oid::regclass, a.attname,
              CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) AS line
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstorage <> t.typstorage
   AND NOT c.relispartition
 UNION ALL
SELECT 2, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s;', c.oid::regclass,
              a.attname, CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
  FROM pg_attribute a
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attcompression <> ''
   AND NOT c.relispartition
 UNION ALL
SELECT 3, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s;', c.oid::regclass,
              a.attname, a.attstattarget)
  FROM pg_attribute a
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0
 UNION ALL
SELECT 4, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET (%s);', c.oid::regclass, a.attname,
              array_to_string(a.attoptions, ', '))
  FROM pg_attribute a
 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attoptions IS NOT NULL
 UNION ALL
SELECT 5, d.refobjsubid, format('ALTER SEQUENCE %s OWNED BY %s.%I;', d.objid::regclass, c.oid::regclass,
              a.attname)
  FROM pg_depend d JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
   AND d.refobjid = c.oid AND d.deptype = 'a'
 UNION ALL
SELECT 6, 0, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass)
 WHERE c.relrowsecurity
 UNION ALL
SELECT 7, 0, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY;', c.oid::regclass)
 WHERE c.relforcerowsecurity
 UNION ALL
SELECT 8, 0, format('ALTER TABLE %s REPLICA IDENTITY %s;', c.oid::regclass,
              CASE c.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
 WHERE c.relreplident IN ('f', 'n')
