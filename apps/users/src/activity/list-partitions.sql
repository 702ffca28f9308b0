-- Partitions of $1, with their bounds in UTC when the session's time zone is that; and tables of the
-- same schema that are named like one of its partitions and are none (any more).
SELECT c.relname AS name,
       i.inhparent IS NOT NULL AS attached,
       -- DETACH … CONCURRENTLY was begun and did not end.
       coalesce(i.inhdetachpending, false) AS detaching,
       pg_get_expr(c.relpartbound, c.oid) AS bounds
  FROM pg_class p
  JOIN pg_class c ON c.relnamespace = p.relnamespace AND c.relkind = 'r'
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = p.oid
 WHERE p.oid = $1::regclass
   AND (i.inhparent IS NOT NULL OR (NOT c.relispartition AND c.relname ~ ('^' || p.relname || '_\d{4}_\d{2}$')))
 ORDER BY c.relname
