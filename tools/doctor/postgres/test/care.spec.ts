import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { indexBloat, tableBloat } from '../checks/bloat.checks.ts';
import { cache } from '../checks/cache.check.ts';
import { deadRows } from '../checks/dead-rows.check.ts';
import { partitions } from '../checks/partitions.check.ts';
import { wraparound } from '../checks/wraparound.check.ts';
import { Patient } from './patient.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
});

afterAll(async () => patient.leave());

describe('bloat', () => {
  const limits = { bloatBytes: 1_024 ** 2, bloatShare: 0.3 };

  beforeAll(async () => {
    await patient.run(`
      CREATE TABLE lean (id int PRIMARY KEY, body text, word text);;
      CREATE TABLE fat (LIKE lean INCLUDING ALL) WITH (autovacuum_enabled = off);;
      INSERT INTO lean SELECT n, repeat('x', 100), NULL FROM generate_series(1, 40000) n;;
      INSERT INTO fat SELECT n, repeat('x', 100), NULL FROM generate_series(1, 160000) n;;
      DELETE FROM fat WHERE id % 10 <> 0;;
      VACUUM ANALYZE lean;;
      VACUUM ANALYZE fat`);
  });

  it('is told of a table whose rows are mostly gone, about as large as it is', async () => {
    const [finding] = await patient.findingsOf('public.fat', tableBloat, limits);
    expect(finding?.severity).toBe('warning');
    expect(finding?.facts.share).toBeGreaterThan(0.8);
    expect(finding?.facts.share).toBeLessThan(0.95);
  });

  it('is told of its indexes', async () => {
    const [finding] = await patient.findingsOf('public.fat_pkey', indexBloat, limits);
    expect(finding?.severity).toBe('warning');
    expect(finding?.facts.share).toBeGreaterThan(0.8);
    expect(finding?.next).toContain('REINDEX INDEX CONCURRENTLY public.fat_pkey');
  });

  it('is not told of a table and an index that are as large as they need to be', async () => {
    const any = { bloatBytes: 8_192, bloatShare: 0.1 };
    expect(await patient.findingsOf('public.lean', tableBloat, any)).toEqual([]);
    expect(await patient.findingsOf('public.lean_pkey', indexBloat, any)).toEqual([]);
  });

  it('is not guessed of columns that were never analysed', async () => {
    await patient.run('ALTER TABLE fat ADD COLUMN more text');
    expect(await patient.findingsOf('public.fat', tableBloat, limits)).toEqual([]);
    await patient.run('ANALYZE fat');
    expect(await patient.findingsOf('public.fat', tableBloat, limits)).toHaveLength(1);
  });

  it('is gone after the next step', async () => {
    await patient.run('VACUUM FULL fat;; ANALYZE fat');
    expect(await patient.findingsOf('public.fat', tableBloat, limits)).toEqual([]);
    expect(await patient.findingsOf('public.fat_pkey', indexBloat, limits)).toEqual([]);
  });
});

describe('dead rows', () => {
  const findings = async () =>
    patient.findingsOf('public.graves', deadRows, { deadRows: 1_000, deadShare: 0.2 });

  it('are told where vacuum does not come, with that autovacuum is off', async () => {
    await patient.run(`
      CREATE TABLE graves (n int) WITH (autovacuum_enabled = off);;
      INSERT INTO graves SELECT generate_series(1, 10000)`);
    expect(await findings()).toEqual([]);
    await patient.run('DELETE FROM graves WHERE n > 5000');
    const [finding] = await findings();
    expect(finding?.facts).toMatchObject({ dead: 5_000, living: 5_000, autovacuumOff: true });
    expect(finding?.next).toContain('RESET (autovacuum_enabled)');
  });

  it('are gone after vacuum', async () => {
    await patient.run('VACUUM graves');
    expect(await findings()).toEqual([]);
  });
});

describe('partitions', () => {
  const findings = async (table = 'public.moments') => patient.findingsOf(table, partitions);
  const add = async (name: string, from: number, to: number) =>
    patient.run(`DO $$ BEGIN EXECUTE format(
      'CREATE TABLE ${name} PARTITION OF moments FOR VALUES FROM (%L) TO (%L)',
      date_trunc('month', now(), 'UTC') + interval '${from} months',
      date_trunc('month', now(), 'UTC') + interval '${to} months'); END $$`);

  beforeAll(async () => {
    await patient.run('CREATE TABLE moments (at timestamptz NOT NULL) PARTITION BY RANGE (at)');
  });

  it('are due when there is none for now', async () => {
    await add('past', -1, 0);
    const [finding] = await findings();
    expect(finding).toMatchObject({ severity: 'critical', facts: { present: false, ahead: 0 } });
    expect(finding?.what).toContain('are refused');
  });

  it('are due when the next one is missing', async () => {
    await add('present', 0, 1);
    expect(await findings()).toMatchObject([
      { severity: 'warning', facts: { present: true, ahead: 0 } },
    ]);
  });

  it('beyond a gap do not count', async () => {
    const [before] = await findings();
    await add('later', 3, 4);
    expect(await findings()).toMatchObject([
      { severity: 'warning', facts: { ahead: 0, until: before?.facts.until } },
    ]);
  });

  it('are soon due when there is one ahead, and not when there are two', async () => {
    await add('next', 1, 2);
    expect(await findings()).toMatchObject([{ severity: 'notice', facts: { ahead: 1 } }]);
    await add('after_next', 2, 3);
    expect(await findings()).toEqual([]);
  });

  it('have a default that should hold nothing', async () => {
    await patient.run('CREATE TABLE others PARTITION OF moments DEFAULT');
    expect(await findings()).toEqual([]);
    await patient.run(`INSERT INTO moments VALUES ('1999-01-01')`);
    expect(await findings()).toMatchObject([{ severity: 'warning', facts: { defaultRows: 1 } }]);
    await patient.run('DROP TABLE others');
  });

  it('are told when a detach was cut off', async () => {
    const [reader, keeper] = [await patient.client(), await patient.client()];
    await reader.query('BEGIN; SELECT FROM moments');
    await keeper.query(`SET statement_timeout = '500ms'`);
    await expect(
      keeper.query('ALTER TABLE moments DETACH PARTITION past CONCURRENTLY'),
    ).rejects.toThrow('statement timeout');
    await reader.query('ROLLBACK');
    const [finding] = await findings('past');
    expect(finding?.next).toContain('FINALIZE');
    await patient.run('ALTER TABLE moments DETACH PARTITION past FINALIZE');
    expect(await findings('past')).toEqual([]);
  });

  it('by numbers or lists are nobody’s business', async () => {
    await patient.run('CREATE TABLE numbers (n int) PARTITION BY RANGE (n)');
    await patient.run('CREATE TABLE lists (at date) PARTITION BY LIST (at)');
    expect(await findings('public.numbers')).toEqual([]);
    expect(await findings('public.lists')).toEqual([]);
  });
});

describe('wraparound', () => {
  it('is far away from a young database', async () => {
    expect(await patient.examine(wraparound)).toEqual([]);
  });

  it('is told with the oldest table from the share that is asked for', async () => {
    const database = new URL(patient.url).pathname.slice(1);
    const findings = await patient.examine(wraparound, { wraparoundShare: 0 });
    const here = findings.find(({ subject }) => subject === `database ${database}`);
    expect(here?.facts.age).toBeGreaterThan(0);
    expect(here?.facts.oldest).toEqual(expect.any(String));
  });
});

describe('cache', () => {
  it('is told when reads miss it more often than they should, and there were enough', async () => {
    expect(await patient.examine(cache)).toEqual([]);
    const [finding] = await patient.examine(cache, { cacheReads: 1, cacheHitShare: 1.1 });
    expect(finding?.facts.share).toBeGreaterThan(0);
    expect(finding?.facts.share).toBeLessThanOrEqual(1);
  });
});
