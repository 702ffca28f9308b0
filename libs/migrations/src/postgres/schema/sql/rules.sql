-- Triggers, rules, policies and extended statistics.
SELECT 'pg_trigger' AS class, t.oid, t.tgname::text AS name, t.tgrelid::regclass::text AS relation,
       pg_get_triggerdef(t.oid, true) || ';'
       || CASE t.tgenabled WHEN 'O' THEN '' ELSE
            format(E'\nALTER TABLE %s %s TRIGGER %I;', t.tgrelid::regclass,
                   CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                    ELSE 'ENABLE ALWAYS' END, t.tgname) END AS ddl
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT t.tgisinternal AND t.tgparentid = 0
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 UNION ALL
SELECT 'pg_rewrite', r.oid, r.rulename, r.ev_class::regclass::text, pg_get_ruledef(r.oid, true)
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE r.rulename <> '_RETURN' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 UNION ALL
SELECT 'pg_policy', p.oid, p.polname, p.polrelid::regclass::text,
       format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s;', p.polname, p.polrelid::regclass,
         CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
         CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                       WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
         (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', '
                            ORDER BY r::regrole::text COLLATE "C") FROM unnest(p.polroles) AS r),
         format(E'\n  USING (%s)', nullif(pg_get_expr(p.polqual, p.polrelid), '')),
         CASE WHEN p.polwithcheck IS NOT NULL
              THEN format(E'\n  WITH CHECK (%s)', pg_get_expr(p.polwithcheck, p.polrelid)) END)
  FROM pg_policy p
 UNION ALL
SELECT 'pg_statistic_ext', s.oid, s.stxname, s.stxrelid::regclass::text,
       pg_get_statisticsobjdef(s.oid) || ';'
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
