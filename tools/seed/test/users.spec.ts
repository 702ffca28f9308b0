import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PostgresForTest, postgresForTest } from '@trilith/testing';
import pg from 'pg';
import { Progress } from '../../terminal/progress.ts';
import type { FillContext, FillReport } from '../filler.ts';
import { users } from '../users/users.filler.ts';

/** More than a chunk, so that runs can be cut off between two. */
const AMOUNTS = { users: 2_500, activity: 5_000 };
const UNTIL = new Date('2026-03-01T00:00:00Z');

/** Counts chunks instead of drawing them. */
class Counted extends Progress {
  chunks = 0;
  readonly #onChunk: (chunks: number) => void;

  constructor(onChunk: (chunks: number) => void = () => undefined) {
    super();
    this.#onChunk = onChunk;
  }

  override begin(): void {}

  override step(): void {
    this.#onChunk((this.chunks += 1));
  }
}

const databases: PostgresForTest[] = [];

async function freshDatabase(): Promise<string> {
  const database = await postgresForTest();
  databases.push(database);
  return database.url;
}

async function fill(url: string, more: Partial<FillContext> = {}): Promise<FillReport> {
  return users.run({
    url,
    amounts: AMOUNTS,
    seed: 7,
    until: UNTIL,
    password: 'plenty of seeds',
    progress: new Counted(),
    signal: new AbortController().signal,
    ...more,
  });
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** All that was seeded, as one short text. */
async function digest(url: string): Promise<string> {
  const hash = createHash('sha256');
  for (const table of ['accounts', 'profiles', 'activity_events']) {
    const rows = await query<{ row: string }>(
      url,
      `SELECT ${table}::text AS row FROM ${table} ORDER BY 1`,
    );
    for (const { row } of rows) hash.update(row);
  }
  return hash.digest('hex');
}

describe('npm run seed -- --users --activity', () => {
  let url: string;
  let report: FillReport;
  beforeAll(async () => {
    url = await freshDatabase();
    report = await fill(url);
  });
  afterAll(async () => {
    await Promise.all(databases.map(async (database) => database.close()));
  });

  it('adds as many rows as were asked for, and each account has one profile', async () => {
    const [counts] = await query(
      url,
      `SELECT (SELECT count(*)::int FROM accounts) AS users,
              (SELECT count(*)::int FROM activity_events) AS activity,
              (SELECT count(*)::int FROM profiles) AS profiles`,
    );
    expect(counts).toEqual({ ...AMOUNTS, profiles: AMOUNTS.users });
    expect(report.filled.map(({ what, added }) => [what, added]).slice(0, 2)).toEqual([
      ['accounts', AMOUNTS.users],
      ['activity', AMOUNTS.activity],
    ]);
  });

  it('adds the same rows for the same seed, whenever that is', async () => {
    const other = await freshDatabase();
    await fill(other);
    expect(await digest(other)).toBe(await digest(url));
  });

  it('adds other people for another seed', async () => {
    const other = await freshDatabase();
    await fill(other, { seed: 8, amounts: { users: 100 } });
    const names = 'SELECT display_name FROM profiles ORDER BY account_id LIMIT 100';
    expect(await query(other, names)).not.toEqual(await query(url, names));
  });

  it('goes on where a run was cut off, and ends with the same rows', async () => {
    const other = await freshDatabase();
    const stop = new AbortController();
    const cut = new Counted((chunks) => chunks === 1 && stop.abort(new Error('cut off')));
    await expect(fill(other, { progress: cut, signal: stop.signal })).rejects.toThrow('cut off');
    const { filled } = await fill(other);
    expect(filled[0]?.there).toBeGreaterThan(0);
    expect(await digest(other)).toBe(await digest(url));
  });

  it('adds what is missing when more is asked for, also to a chunk that was short', async () => {
    const other = await freshDatabase();
    await fill(other, { amounts: { users: 600 } });
    await fill(other, { amounts: { users: AMOUNTS.users } });
    // Without a number of accounts it is that of those who are there.
    await fill(other, { amounts: { activity: 700 } });
    await fill(other, { amounts: { activity: AMOUNTS.activity }, until: undefined });
    expect(await digest(other)).toBe(await digest(url));
  });

  it('adds nothing when all is there', async () => {
    const { filled } = await fill(url);
    expect(filled.map(({ added, there }) => [added, there])).toEqual([
      [0, AMOUNTS.users],
      [0, AMOUNTS.activity],
    ]);
  });

  it('makes names in several scripts and with accents, the frequent ones many times', async () => {
    const [found] = await query<Record<string, number>>(
      url,
      `SELECT (count(*) FILTER (WHERE display_name ~ '[А-я]'))::int AS cyrillic,
              (count(*) FILTER (WHERE display_name ~ '[ء-ي]'))::int AS arabic,
              (count(*) FILTER (WHERE display_name ~ '[一-龯]'))::int AS han,
              (count(*) FILTER (WHERE display_name ~ '[가-힣]'))::int AS hangul,
              (count(*) FILTER (WHERE display_name ~ '[À-ž]'))::int AS accents,
              (count(*) FILTER (WHERE display_name !~ '^\\S.*\\S$|^\\S$'))::int AS untrimmed,
              (count(*) FILTER (WHERE display_name IS NOT NFC NORMALIZED))::int AS denormalised
         FROM profiles`,
    );
    const { untrimmed, denormalised, ...scripts } = found ?? {};
    for (const count of Object.values(scripts)) expect(count).toBeGreaterThan(10);
    expect([untrimmed, denormalised]).toEqual([0, 0]);
    const [most] = await query<{ count: number; names: number }>(
      url,
      `SELECT max(times)::int AS count, count(*)::int AS names
         FROM (SELECT count(*) AS times FROM profiles GROUP BY display_name) AS each`,
    );
    expect(most?.count).toBeGreaterThan(5);
    expect(most?.names).toBeGreaterThan(1_000);
  });

  it('has nobody do anything before having signed up', async () => {
    const [early] = await query<{ count: number }>(
      url,
      `SELECT count(*)::int FROM activity_events AS event JOIN accounts ON accounts.id = account_id
        WHERE occurred_at < accounts.created_at`,
    );
    expect(early?.count).toBe(0);
  });

  it('makes one partition for each month, named and bounded as the users service does', async () => {
    const partitions = await query<{ name: string; bounds: string; indexes: number }>(
      url,
      `SELECT relname AS name, pg_get_expr(relpartbound, oid) AS bounds,
              (SELECT count(*)::int FROM pg_index WHERE indrelid = oid) AS indexes
         FROM pg_class WHERE relispartition AND relname ~ '^activity_events_\\d{4}_\\d{2}$'
        ORDER BY relname`,
    );
    expect(partitions).toHaveLength(19);
    expect(partitions[0]?.name).toBe('activity_events_2024_09');
    expect(partitions.at(-1)).toEqual({
      name: 'activity_events_2026_03',
      bounds: "FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00')",
      indexes: 3,
    });
  });

  it('tells who may sign in, and says so when their password is that of an earlier run', async () => {
    expect(report.accounts).toEqual([
      { login: 'seed_admin', role: 'admin', password: 'plenty of seeds' },
      { login: 'seed_member', role: 'member', password: 'plenty of seeds' },
    ]);
    const { accounts } = await fill(url, { password: 'another one' });
    expect(accounts?.map(({ password }) => password)).toEqual([undefined, undefined]);
  });

  it('refuses to mix another seed, or another time, into what is there', async () => {
    await expect(fill(url, { seed: 8 })).rejects.toThrow('another seed');
    const until = new Date('2026-02-01T00:00:00Z');
    await expect(fill(url, { until })).rejects.toThrow('goes up to 2026-03-01');
  });

  it('refuses a database that holds more accounts than somebody makes by hand', async () => {
    const other = await freshDatabase();
    await fill(other, { amounts: { users: 1_100 } });
    await expect(users.guard(other, undefined)).resolves.toBeUndefined();
    await query(other, `UPDATE accounts SET email = username || '@example.org'`);
    await expect(users.guard(other, undefined)).rejects.toThrow('were not seeded');
    const name = new URL(other).pathname.slice(1);
    await expect(users.guard(other, name)).resolves.toBeUndefined();
    await expect(users.guard(other, 'another')).rejects.toThrow('nothing is done');
  });

  it.each(['db.example.org', '10.0.0.7', 'localhost.example.org', '127.0.0.1.example.org'])(
    'refuses a database at %s without asking it',
    async (host) => {
      const remote = `postgres://u:hunter2@${host}/app`;
      await expect(users.guard(remote, undefined)).rejects.toThrow(`another machine, ${host}`);
      await expect(users.guard(remote, undefined)).rejects.not.toThrow('hunter2');
    },
  );
});
