import { TABLE, type RuleCase } from './rule-case.js';

export const COLUMNS: readonly RuleCase[] = [
  {
    rule: 'not-null-scans-table',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ALTER COLUMN a SET NOT NULL;',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t ALTER a SET NOT NULL;',
      'ALTER TABLE t ADD CONSTRAINT c NOT NULL a;',
    ],
    keeps: [
      'ALTER TABLE t ALTER COLUMN id SET NOT NULL;',
      'ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID;',
      'CREATE TABLE new (a int); ALTER TABLE new ALTER a SET NOT NULL;',
    ],
  },
  {
    rule: 'not-null-scans-table',
    before: [
      TABLE,
      'ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0 AND a IS NOT NULL) NOT VALID;',
      'ALTER TABLE t VALIDATE CONSTRAINT c;',
    ],
    breaks: ['ALTER TABLE t ALTER n SET NOT NULL;'],
    keeps: ['ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT c;'],
  },
  {
    rule: 'add-required-column',
    before: [TABLE],
    breaks: ['ALTER TABLE t ADD COLUMN b int NOT NULL;'],
    keeps: [
      'ALTER TABLE t ADD COLUMN b int;',
      'ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1;',
      'CREATE TABLE new (a int); ALTER TABLE new ADD b int NOT NULL;',
    ],
  },
  {
    rule: 'volatile-default-rewrites',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ADD COLUMN b uuid DEFAULT gen_random_uuid();',
      'ALTER TABLE t ADD COLUMN b timestamptz NOT NULL DEFAULT clock_timestamp();',
      'ALTER TABLE t ADD COLUMN b int DEFAULT (1 + floor(random() * 10))::int;',
      'ALTER TABLE t ADD COLUMN b text DEFAULT of_my_own();',
    ],
    keeps: [
      'ALTER TABLE t ADD COLUMN b timestamptz NOT NULL DEFAULT now();',
      'ALTER TABLE t ADD COLUMN b timestamptz DEFAULT CURRENT_TIMESTAMP;',
      "ALTER TABLE t ADD COLUMN b jsonb NOT NULL DEFAULT '{}'::jsonb;",
      'ALTER TABLE t ALTER COLUMN a SET DEFAULT gen_random_uuid()::text;',
    ],
  },
  {
    rule: 'numbering-rewrites',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ADD COLUMN b bigserial;',
      'ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS IDENTITY;',
    ],
    keeps: ['ALTER TABLE t ADD COLUMN b bigint;', 'CREATE TABLE new (b bigserial);'],
  },
  {
    rule: 'generated-column-rewrites',
    before: [TABLE],
    breaks: [
      "ALTER TABLE t ADD COLUMN b tsvector GENERATED ALWAYS AS (to_tsvector('simple', a)) STORED;",
    ],
    keeps: ['CREATE TABLE new (a int, b int GENERATED ALWAYS AS (a + 1) STORED);'],
  },
  {
    rule: 'column-type-rewrites',
    before: [TABLE],
    breaks: [
      'ALTER TABLE t ALTER COLUMN id TYPE bigint;',
      'ALTER TABLE t ALTER a TYPE varchar(20);',
      'ALTER TABLE t ALTER n TYPE numeric(12, 3);',
      'ALTER TABLE t ALTER at TYPE timestamptz(0);',
      'ALTER TABLE t ALTER a TYPE text USING upper(a);',
      'ALTER TABLE nobody_knows ALTER a TYPE text;',
    ],
    keeps: [
      'ALTER TABLE t ALTER a TYPE text;',
      'ALTER TABLE t ALTER a TYPE varchar(31);',
      'ALTER TABLE t ALTER n TYPE numeric(12, 2);',
      'ALTER TABLE t ALTER at TYPE timestamptz;',
      'CREATE TABLE new (a int); ALTER TABLE new ALTER a TYPE bigint;',
    ],
  },
];
