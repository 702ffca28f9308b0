-- An expression over s, a row of pg_sequence: what differs from the defaults; null if nothing does.
nullif(concat_ws(' ',
  CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT BY ' || s.seqincrement END,
  CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 ELSE
         CASE s.seqtypid WHEN 'smallint'::regtype THEN -32768 WHEN 'integer'::regtype
              THEN -2147483648 ELSE -9223372036854775808 END END
       THEN 'MINVALUE ' || s.seqmin END,
  CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1 ELSE
         CASE s.seqtypid WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype
              THEN 2147483647 ELSE 9223372036854775807 END END
       THEN 'MAXVALUE ' || s.seqmax END,
  CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
       THEN 'START WITH ' || s.seqstart END,
  CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
  CASE WHEN s.seqcycle THEN 'CYCLE' END), '')
