import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duplicateIndexes } from '../checks/duplicate-indexes.check.ts';
import { foreignKeys } from '../checks/foreign-keys.check.ts';
import { invalidIndexes } from '../checks/invalid-indexes.check.ts';
import { sequentialScans } from '../checks/sequential-scans.check.ts';
import { readUnused, unusedIndexes } from '../checks/unused-indexes.check.ts';
import { Patient } from './patient.ts';

const ANY_SIZE = { idleIndexBytes: 0 };

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
});

afterAll(async () => patient.leave());

describe('unused indexes', () => {
  beforeAll(async () => {
    await patient.run(`
      CREATE TABLE shelves (id int PRIMARY KEY, row int, place int, label text UNIQUE,
        span int4range, EXCLUDE USING gist (span WITH &&));;
      CREATE INDEX shelves_row ON shelves (row);;
      CREATE INDEX shelves_place ON shelves (place);;
      INSERT INTO shelves SELECT n, n, n, n FROM generate_series(1, 20000) n;;
      ANALYZE shelves;;
      SET enable_seqscan = off;;
      SELECT * FROM shelves WHERE row = 7;;
      CREATE TABLE days (day date NOT NULL) PARTITION BY RANGE (day);;
      CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');;
      CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');;
      CREATE INDEX days_day ON days (day)`);
  });

  it('are told with their size, and one that is read is not', async () => {
    const [unused] = await patient.findingsOf('public.shelves_place', unusedIndexes, ANY_SIZE);
    expect(unused).toMatchObject({ facts: { table: 'public.shelves' } });
    expect(unused?.facts.bytes).toBeGreaterThan(100_000);
    expect(unused?.next).toContain('DROP INDEX CONCURRENTLY public.shelves_place');
    expect(await patient.findingsOf('public.shelves_row', unusedIndexes, ANY_SIZE)).toEqual([]);
  });

  it('are none that keep a key or a constraint', async () => {
    const subjects = (await patient.examine(unusedIndexes, ANY_SIZE)).map((one) => one.subject);
    expect(subjects).not.toContain('public.shelves_pkey');
    expect(subjects).not.toContain('public.shelves_label_key');
    expect(subjects).not.toContain('public.shelves_span_excl');
  });

  it('count as one over all partitions, and are used when one partition’s is', async () => {
    const count = async () =>
      (await patient.findingsOf('public.days_day', unusedIndexes, ANY_SIZE)).length;
    expect(await count()).toBe(1);
    const subjects = (await patient.examine(unusedIndexes, ANY_SIZE)).map((one) => one.subject);
    expect(subjects.filter((subject) => subject.includes('days_1'))).toEqual([]);
    await patient.run(`SET enable_seqscan = off;; SELECT * FROM days WHERE day = '2026-01-05'`);
    expect(await count()).toBe(0);
  });

  it('are a notice while statistics are young, and a warning when they are a week old', () => {
    const row = { index: 'i', table: 't', bytes: 1, running_seconds: 1 };
    const told = (reset: number | null, running = 1) =>
      readUnused({ ...row, reset_seconds: reset, running_seconds: running });
    const week = 7 * 86_400;
    expect(told(week - 1)).toMatchObject({ severity: 'notice' });
    expect(told(week)).toMatchObject({ severity: 'warning' });
    expect(told(null, week - 1)).toMatchObject({ severity: 'notice' });
    expect(told(null, week)).toMatchObject({ severity: 'warning' });
    expect(told(60, week)).toMatchObject({ severity: 'notice' });
  });

  it('are let be when they are small', async () => {
    expect(await patient.findingsOf('public.shelves_place', unusedIndexes)).toEqual([]);
  });
});

describe('indexes that others make needless', () => {
  beforeAll(async () => {
    await patient.run(`
      CREATE TABLE doubles (id int PRIMARY KEY, a int, b int, t text, UNIQUE (a, b));;
      CREATE INDEX doubles_b ON doubles (b);;
      CREATE INDEX doubles_b_again ON doubles (b);;
      CREATE INDEX doubles_b_thrice ON doubles (b);;
      CREATE INDEX doubles_b_down ON doubles (b DESC);;
      CREATE INDEX doubles_b_some ON doubles (b) WHERE b > 5;;
      CREATE INDEX doubles_a ON doubles (a);;
      CREATE INDEX doubles_a_hash ON doubles USING hash (a);;
      CREATE INDEX doubles_lower ON doubles (lower(t));;
      CREATE INDEX doubles_upper ON doubles (upper(t));;
      CREATE INDEX doubles_t ON doubles (t);;
      CREATE INDEX doubles_t_pattern ON doubles (t text_pattern_ops)`);
  });

  const subjects = async () =>
    (await patient.examine(duplicateIndexes, ANY_SIZE))
      .map(({ subject, severity }) => `${subject} ${severity}`)
      .filter((text) => text.startsWith('public.doubles'))
      .toSorted();

  it('are the younger of two that are the same, and one whose columns begin another', async () => {
    expect(await subjects()).toEqual([
      'public.doubles_a notice',
      'public.doubles_b_again warning',
      'public.doubles_b_thrice warning',
    ]);
  });

  it('name what makes them needless', async () => {
    const [part] = await patient.findingsOf('public.doubles_a', duplicateIndexes, ANY_SIZE);
    expect(part?.facts).toMatchObject({ other: 'public.doubles_a_b_key', same: false });
  });

  it('are not those of which the other is a key: that one stays', async () => {
    await patient.run('CREATE INDEX doubles_id ON doubles (id)');
    expect(await subjects()).toContain('public.doubles_id warning');
    expect(await subjects()).not.toContain('public.doubles_pkey warning');
    await patient.run('DROP INDEX doubles_id');
  });
});

describe('indexes that were not made to the end', () => {
  it('are told, and good ones are not', async () => {
    await patient.run('CREATE TABLE halves (n int);; INSERT INTO halves VALUES (1), (1)');
    const client = await patient.client();
    await expect(
      client.query('CREATE UNIQUE INDEX CONCURRENTLY halves_n ON halves (n)'),
    ).rejects.toThrow('could not create unique index');
    // It answers before it is done with the one that failed.
    await client.query('SELECT 1');
    const findings = await patient.examine(invalidIndexes);
    expect(findings.map(({ subject }) => subject)).toEqual(['public.halves_n']);
    await patient.run('DROP INDEX halves_n');
    expect(await patient.examine(invalidIndexes)).toEqual([]);
  });
});

describe('foreign keys without an index', () => {
  beforeAll(async () => {
    await patient.run(`
      CREATE TABLE owners (a int, b int, PRIMARY KEY (a, b));;
      CREATE TABLE things (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a, b) REFERENCES owners);;
      INSERT INTO owners VALUES (1, 1);;
      INSERT INTO things SELECT n, 1, 1 FROM generate_series(1, 1000) n;;
      ANALYZE things`);
  });

  const severities = async (largeTableRows = 10_000) =>
    (await patient.findingsOf('public.things', foreignKeys, { largeTableRows })).map(
      ({ severity }) => severity,
    );

  it('are a notice in a small table and a warning in a large one', async () => {
    expect(await severities()).toEqual(['notice']);
    expect(await severities(1_000)).toEqual(['warning']);
  });

  it('say which columns, and what to make', async () => {
    const [finding] = await patient.findingsOf('public.things', foreignKeys);
    expect(finding?.facts).toMatchObject({
      columns: 'a, b',
      refersTo: 'public.owners',
      rows: 1_000,
    });
    expect(finding?.next).toContain('CREATE INDEX CONCURRENTLY ON public.things (a, b)');
  });

  it('have none with an index that is partial, or begins with other columns', async () => {
    await patient.run(
      'CREATE INDEX one ON things (a, b) WHERE id > 1;; CREATE INDEX two ON things (id, a, b)',
    );
    expect(await severities()).toEqual(['notice']);
  });

  it('have one in either order of their columns', async () => {
    await patient.run('CREATE INDEX three ON things (b, a, id)');
    expect(await severities()).toEqual([]);
  });

  it('are none of the tables that the migrations make', async () => {
    const findings = await patient.examine(foreignKeys);
    expect(findings.map(({ subject }) => subject)).not.toContain('public.sessions');
  });
});

describe('large tables that are read from end to end', () => {
  const limits = { largeTableRows: 1_000, wholeTableScans: 5 };
  const findings = async () => patient.findingsOf('public.pages', sequentialScans, limits);
  const scan = 'SELECT count(*) FROM pages WHERE n % 7 = 1;;';

  beforeAll(async () => {
    await patient.run(`
      CREATE TABLE pages (id int PRIMARY KEY, n int);;
      INSERT INTO pages SELECT n, n FROM generate_series(1, 2000) n;;
      ANALYZE pages`);
  });

  it('are not told before they were read often', async () => {
    await patient.run(scan.repeat(3) + 'SELECT 1');
    expect(await findings()).toEqual([]);
  });

  it('are told with how often and how much', async () => {
    await patient.run(scan.repeat(4) + 'SELECT 1');
    const [finding] = await findings();
    expect(finding).toMatchObject({ severity: 'warning', facts: { rows: 2_000 } });
    // Making the key's index was a scan of no rows.
    expect(finding?.facts.rowsAScan).toBeGreaterThan(1_500);
  });

  it('are not told when an index is read more often', async () => {
    const lookUp = 'SELECT n FROM pages WHERE id = 3;;';
    await patient.run(`SET enable_seqscan = off;; ${lookUp.repeat(12)} SELECT 1`);
    expect(await findings()).toEqual([]);
  });
});
