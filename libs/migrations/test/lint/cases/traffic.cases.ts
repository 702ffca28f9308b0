import { NO_TRANSACTION, TABLE, type RuleCase } from './rule-case.js';

export const TRAFFIC: readonly RuleCase[] = [
  {
    rule: 'lock-timeout',
    before: [TABLE],
    breaks: [
      'SET LOCAL lock_timeout = 0;',
      "SET lock_timeout = '1min';",
      'SET lock_timeout TO DEFAULT;',
      'RESET lock_timeout;',
      '-- migrate: lock-timeout 5min\nALTER TABLE t ADD b int;',
    ],
    keeps: [
      "SET LOCAL lock_timeout = '500ms';",
      'SET LOCAL lock_timeout = 10000;',
      '-- migrate: lock-timeout 500ms\nALTER TABLE t ADD b int;',
      'ALTER TABLE t ADD b int;',
    ],
  },
  {
    rule: 'table-rewrite',
    before: [TABLE],
    breaks: [
      `${NO_TRANSACTION}VACUUM FULL t;`,
      `${NO_TRANSACTION}VACUUM (FULL, VERBOSE) t;`,
      'CLUSTER t USING i;',
      'ALTER TABLE t SET UNLOGGED;',
      'ALTER TABLE t SET TABLESPACE fast;',
    ],
    keeps: [
      `${NO_TRANSACTION}VACUUM t;`,
      `${NO_TRANSACTION}VACUUM (FULL off) t;`,
      'ALTER TABLE t SET (fillfactor = 80);',
    ],
  },
  {
    rule: 'lock-table',
    before: [TABLE],
    breaks: ['LOCK TABLE t;', 'LOCK t IN SHARE MODE;'],
    keeps: ['LOCK t IN ROW SHARE MODE;', 'LOCK t IN SHARE UPDATE EXCLUSIVE MODE;'],
  },
  {
    rule: 'truncate',
    before: [TABLE],
    breaks: ['TRUNCATE t;', 'TRUNCATE t, other CASCADE;'],
    keeps: ['CREATE TABLE new (a int); TRUNCATE new;'],
  },
  {
    rule: 'change-of-all-rows',
    before: [TABLE],
    breaks: ["UPDATE t SET a = '';", 'DELETE FROM t;'],
    keeps: ["UPDATE t SET a = '' WHERE id < 1000;", 'INSERT INTO t (id) VALUES (1);'],
  },
  {
    rule: 'data-change-under-lock',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = 1 WHERE id < 1000;',
      'ALTER TABLE t ADD COLUMN b int; INSERT INTO t SELECT * FROM other;',
    ],
    keeps: [
      'ALTER TABLE t ADD COLUMN b int; INSERT INTO t (id, b) VALUES (1, 1);',
      'UPDATE t SET a = a WHERE id < 1000; ALTER TABLE t ADD COLUMN b int;',
    ],
  },
  {
    rule: 'locks-several-tables',
    before: [TABLE],
    breaks: ['ALTER TABLE t ADD b int; ALTER TABLE other ADD b int;'],
    keeps: [
      'ALTER TABLE t ADD b int; ALTER TABLE t ADD c int;',
      'CREATE TABLE new (a int); ALTER TABLE new ADD b int; ALTER TABLE t ADD c int;',
      'ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE other ADD b int;',
    ],
  },
  {
    rule: 'opaque-block',
    breaks: ['DO $$ BEGIN DROP TABLE t; END $$;', 'CALL p();'],
    keeps: ['SELECT 1;'],
  },
];
