import { NO_TRANSACTION, PARTITIONED, TABLE, type RuleCase } from './rule-case.js';

export const CONSTRAINTS: readonly RuleCase[] = [
  {
    rule: 'foreign-key-without-not-valid',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES other (id);',
      'ALTER TABLE t ADD COLUMN b int DEFAULT 1 REFERENCES other;',
    ],
    keeps: [
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES other (id) NOT VALID;',
      'ALTER TABLE t ADD COLUMN b int REFERENCES other;',
      'CREATE TABLE new (a int REFERENCES t);',
      'CREATE TABLE new (a int); ALTER TABLE new ADD FOREIGN KEY (a) REFERENCES t;',
    ],
  },
  {
    rule: 'check-without-not-valid',
    before: [TABLE],
    breaks: [
      "ALTER TABLE t ADD CONSTRAINT c CHECK (a <> '');",
      'ALTER TABLE t ADD COLUMN b int CHECK (b > 0);',
    ],
    keeps: ["ALTER TABLE t ADD CONSTRAINT c CHECK (a <> '') NOT VALID;"],
  },
  {
    rule: 'validate-with-add',
    before: [TABLE],
    breaks: [
      "ALTER TABLE t ADD CONSTRAINT c CHECK (a <> '') NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;",
      "ALTER TABLE t ADD CONSTRAINT c CHECK (a <> '') NOT VALID, VALIDATE CONSTRAINT c;",
    ],
    keeps: ['ALTER TABLE t VALIDATE CONSTRAINT c;'],
  },
  {
    rule: 'attach-partition-scans',
    before: [
      PARTITIONED,
      'CREATE TABLE q (id int, at timestamptz NOT NULL); CREATE TABLE k (id int, kind text);',
    ],
    breaks: [
      "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');",
      "ALTER TABLE l ATTACH PARTITION k FOR VALUES IN ('a', 'b');",
      "ALTER TABLE nobody_knows ATTACH PARTITION q FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');",
    ],
    keeps: [
      "CREATE TABLE new (id int, at timestamptz NOT NULL); ALTER TABLE p ATTACH PARTITION new FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');",
      'ALTER INDEX i ATTACH PARTITION j;',
    ],
  },
  {
    rule: 'attach-partition-scans',
    before: [
      PARTITIONED,
      "CREATE TABLE q (id int, at timestamptz NOT NULL, CHECK (at >= '2026-01-01' AND at < '2026-02-01'::timestamptz));",
      "CREATE TABLE k (id int, kind text NOT NULL CHECK (kind IN ('a', 'b')));",
    ],
    breaks: [
      "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');",
      "ALTER TABLE l ATTACH PARTITION k FOR VALUES IN ('a');",
    ],
    keeps: [
      "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');",
      "ALTER TABLE l ATTACH PARTITION k FOR VALUES IN ('a', 'b', 'c');",
    ],
  },
  {
    rule: 'partition-of-existing',
    before: [PARTITIONED],
    breaks: ["CREATE TABLE q PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');"],
    keeps: [
      'CREATE TABLE n (a int) PARTITION BY LIST (a); CREATE TABLE n1 PARTITION OF n FOR VALUES IN (1);',
    ],
  },
  {
    rule: 'detach-without-concurrently',
    before: [PARTITIONED],
    breaks: ['ALTER TABLE p DETACH PARTITION q;'],
    keeps: [`${NO_TRANSACTION}ALTER TABLE p DETACH PARTITION q CONCURRENTLY;`],
  },
  {
    rule: 'domain-constraint-scans',
    breaks: ['ALTER DOMAIN d ADD CONSTRAINT c CHECK (value > 0);', 'ALTER DOMAIN d SET NOT NULL;'],
    keeps: [
      'ALTER DOMAIN d ADD CONSTRAINT c CHECK (value > 0) NOT VALID;',
      'CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CHECK (value > 0);',
    ],
  },
];
