-- How much of the 2³¹ transactions (and multixacts) each database has used up since it was frozen.
--
-- $1 the least share
SELECT d.datname AS database,
       greatest(age(d.datfrozenxid), mxid_age(d.datminmxid))::float8 AS age,
       greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) / 2147483648.0::float8 AS share,
       CASE WHEN d.datname = current_database() THEN
         (SELECT c.oid::regclass::text FROM pg_class c
           WHERE c.relkind IN ('r', 'm', 't') ORDER BY age(c.relfrozenxid) DESC LIMIT 1) END AS oldest
  FROM pg_database d
 WHERE greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) / 2147483648.0 >= $1::float8
 ORDER BY age DESC
