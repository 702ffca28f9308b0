import { NO_TRANSACTION, TABLE, type RuleCase } from './rule-case.js';

export const REMOVALS: readonly RuleCase[] = [
  {
    rule: 'drop-table',
    before: [TABLE],
    breaks: ['DROP TABLE t;', 'DROP TABLE IF EXISTS public.t, other;'],
    keeps: [
      'CREATE TABLE new (a int); DROP TABLE new;',
      'CREATE TEMP TABLE s AS SELECT 1; DROP TABLE s;',
    ],
  },
  {
    rule: 'drop-column',
    before: [TABLE],
    breaks: ['ALTER TABLE t DROP COLUMN a;', 'ALTER TABLE IF EXISTS t DROP IF EXISTS a;'],
    keeps: [
      'ALTER TABLE t DROP CONSTRAINT a;',
      'CREATE TABLE new (a int); ALTER TABLE new DROP a;',
    ],
  },
  {
    rule: 'drop-view',
    before: ['CREATE VIEW v AS SELECT 1 AS a;'],
    breaks: [
      'DROP VIEW v;',
      'DROP MATERIALIZED VIEW m;',
      `${NO_TRANSACTION}DROP VIEW v; CREATE VIEW v AS SELECT 2 AS b;`,
    ],
    keeps: [
      'DROP VIEW v; CREATE VIEW v AS SELECT 2 AS b;',
      'CREATE OR REPLACE VIEW v AS SELECT 3 AS a;',
    ],
  },
  {
    rule: 'drop-routine',
    breaks: ['DROP FUNCTION f(int);', 'DROP PROCEDURE p();'],
    keeps: ['DROP FUNCTION f(int); CREATE FUNCTION f(b int) RETURNS int LANGUAGE sql RETURN b;'],
  },
  {
    rule: 'drop-type',
    breaks: ['DROP TYPE mood;', 'DROP DOMAIN email;'],
    keeps: ["CREATE TYPE mood AS ENUM ('good'); DROP TYPE mood;"],
  },
  {
    rule: 'drop-schema',
    breaks: ['DROP SCHEMA reports;', `${NO_TRANSACTION}DROP DATABASE app;`],
    keeps: ['CREATE SCHEMA reports; DROP SCHEMA reports;'],
  },
  {
    rule: 'drop-cascade',
    before: [TABLE],
    breaks: ['DROP TABLE t CASCADE;', 'ALTER TABLE t DROP COLUMN a CASCADE;'],
    keeps: ['DROP TABLE t;', 'DROP TABLE t RESTRICT;'],
  },
  {
    rule: 'drop-default',
    before: [TABLE],
    breaks: ['ALTER TABLE t ALTER a DROP DEFAULT;', 'ALTER TABLE t ALTER id DROP IDENTITY;'],
    keeps: ["ALTER TABLE t ALTER a SET DEFAULT '';"],
  },
  {
    rule: 'rename-relation',
    before: [TABLE],
    breaks: ['ALTER TABLE t RENAME TO s;', 'ALTER VIEW v RENAME TO w;'],
    keeps: [
      'ALTER TABLE t RENAME TO s; CREATE VIEW t AS SELECT * FROM s;',
      'ALTER INDEX i RENAME TO j;',
      'ALTER TABLE t RENAME CONSTRAINT c TO d;',
    ],
  },
  {
    rule: 'rename-column',
    before: [TABLE],
    breaks: ['ALTER TABLE t RENAME COLUMN a TO b;', 'ALTER TYPE pair RENAME ATTRIBUTE a TO b;'],
    keeps: ['CREATE TABLE new (a int); ALTER TABLE new RENAME a TO b;'],
  },
  {
    rule: 'rename-enum-value',
    breaks: ["ALTER TYPE mood RENAME VALUE 'good' TO 'fine';"],
    keeps: ["ALTER TYPE mood ADD VALUE 'fine';"],
  },
  {
    rule: 'move-to-schema',
    before: [TABLE],
    breaks: ['ALTER TABLE t SET SCHEMA old;', 'ALTER SCHEMA s RENAME TO r;'],
    keeps: ['CREATE TABLE new (a int); ALTER TABLE new SET SCHEMA old;'],
  },
  {
    rule: 'row-security',
    before: [TABLE],
    breaks: ['ALTER TABLE t ENABLE ROW LEVEL SECURITY;'],
    keeps: ['CREATE POLICY all_of_it ON t USING (true); ALTER TABLE t ENABLE ROW LEVEL SECURITY;'],
  },
  {
    rule: 'revoke',
    breaks: ['REVOKE SELECT ON t FROM app;', 'REVOKE writers FROM app;'],
    keeps: ['GRANT SELECT ON t TO app;', 'GRANT writers TO app;'],
  },
];
