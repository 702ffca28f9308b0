-- Comments, by the object that they are on. pg_identify_object names a column by its kind of table.
SELECT d.classoid::regclass::text AS class, d.objoid AS oid, d.objsubid AS position,
       format('COMMENT ON %s %s IS %L;',
         CASE WHEN i.type LIKE '% column' THEN 'COLUMN'
              WHEN i.type = 'table constraint' THEN 'CONSTRAINT'
              WHEN i.type = 'domain constraint' THEN 'CONSTRAINT'
              WHEN i.type = 'composite type' THEN 'TYPE'
              ELSE upper(i.type) END,
         CASE WHEN i.type = 'domain constraint' THEN replace(i.identity, ' on ', ' ON DOMAIN ')
              ELSE i.identity END,
         d.description) AS ddl
  FROM pg_description d
  CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
 WHERE d.classoid <> 'pg_extension'::regclass
 ORDER BY i.type COLLATE "C", i.identity COLLATE "C"
