import { NO_TRANSACTION, PARTITIONED, TABLE, type RuleCase } from './rule-case.js';

export const INDEXES: readonly RuleCase[] = [
  {
    rule: 'index-without-concurrently',
    before: [TABLE, PARTITIONED],
    breaks: [
      'CREATE INDEX i ON t (a);',
      'CREATE UNIQUE INDEX IF NOT EXISTS i ON public.t (lower(a)) WHERE a IS NOT NULL;',
      'CREATE INDEX i ON nobody_knows (a);',
      'CREATE INDEX i ON p (at);',
    ],
    keeps: [
      `${NO_TRANSACTION}CREATE INDEX CONCURRENTLY i ON t (a);`,
      'CREATE TABLE new (a int); CREATE INDEX i ON new (a);',
      'CREATE TABLE "New" (a int); CREATE INDEX i ON "New" (a);',
      'CREATE TABLE new AS SELECT 1 AS a; CREATE INDEX i ON new (a);',
      'CREATE TABLE first_name (a int); ALTER TABLE first_name RENAME TO last_name; CREATE INDEX i ON last_name (a);',
      'CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON v (a);',
      'CREATE INDEX i ON ONLY p (at);',
      "SELECT 'CREATE INDEX i ON t (a)';",
    ],
  },
  {
    rule: 'drop-index-without-concurrently',
    before: [TABLE],
    breaks: ['DROP INDEX i;', 'DROP INDEX IF EXISTS i, public.j;'],
    keeps: [
      `${NO_TRANSACTION}DROP INDEX CONCURRENTLY i;`,
      'CREATE TABLE new (a int); CREATE INDEX i ON new (a); DROP INDEX i;',
    ],
  },
  {
    rule: 'reindex-without-concurrently',
    before: [TABLE],
    breaks: ['REINDEX TABLE t;', 'REINDEX INDEX i;', 'REINDEX (VERBOSE) TABLE t;'],
    keeps: [
      `${NO_TRANSACTION}REINDEX TABLE CONCURRENTLY t;`,
      `${NO_TRANSACTION}REINDEX (CONCURRENTLY) INDEX i;`,
    ],
  },
  {
    rule: 'unique-without-using-index',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, n);',
      'ALTER TABLE nobody_knows ADD PRIMARY KEY (a);',
      'ALTER TABLE t ADD COLUMN b int UNIQUE;',
    ],
    keeps: ['ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u;'],
  },
  {
    rule: 'exclusion-constraint',
    before: [TABLE],
    breaks: ['ALTER TABLE t ADD CONSTRAINT e EXCLUDE USING gist (a WITH =);'],
    keeps: ['CREATE TABLE new (a int4range, EXCLUDE USING gist (a WITH &&));'],
  },
  {
    rule: 'concurrently-in-transaction',
    before: [TABLE],
    breaks: [
      'CREATE INDEX CONCURRENTLY i ON t (a);',
      'DROP INDEX CONCURRENTLY i;',
      'ALTER TABLE p DETACH PARTITION q CONCURRENTLY;',
      'VACUUM t;',
    ],
    keeps: [
      'REFRESH MATERIALIZED VIEW CONCURRENTLY v;',
      'ANALYZE t;',
      `-- Why.\n${NO_TRANSACTION}CREATE INDEX CONCURRENTLY i ON t (a);`,
    ],
  },
  {
    rule: 'mixed-without-transaction',
    before: [TABLE],
    breaks: [
      `${NO_TRANSACTION}ALTER TABLE t ADD COLUMN b int; CREATE INDEX CONCURRENTLY i ON t (b);`,
    ],
    keeps: [`${NO_TRANSACTION}SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (a);`],
  },
  {
    rule: 'set-local-without-transaction',
    breaks: [`${NO_TRANSACTION}SET LOCAL lock_timeout = '1s';`],
    keeps: ["SET LOCAL lock_timeout = '1s';", `${NO_TRANSACTION}SET lock_timeout = '1s';`],
  },
  {
    rule: 'refresh-without-concurrently',
    before: ['CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;'],
    breaks: ['REFRESH MATERIALIZED VIEW v;'],
    keeps: [
      'REFRESH MATERIALIZED VIEW CONCURRENTLY v;',
      'CREATE MATERIALIZED VIEW w AS SELECT 1; REFRESH MATERIALIZED VIEW w;',
    ],
  },
];
