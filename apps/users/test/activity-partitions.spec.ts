import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LockManager } from '@trilith/locks';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { eventually, postgresForTest, type PostgresForTest, redisForTest } from '@trilith/testing';
import pg from 'pg';
import { v7 as uuid } from 'uuid';

import { ActivityPartitionsKeeper } from '../src/activity/activity-partitions.keeper.js';
import { MonthlyPartitions } from '../src/activity/monthly-partitions.js';

const POLICY = { aheadMonths: 2, retentionMonths: 3 };

describe('the partitions of account activity', () => {
  let postgres: PostgresForTest;
  let pool: pg.Pool;
  let accountId: string;

  beforeEach(async () => {
    postgres = await postgresForTest();
    pool = new pg.Pool({ connectionString: postgres.url, max: 20 });
    pool.on('error', () => undefined);
    accountId = uuid();
    await pool.query(
      `INSERT INTO accounts (id, email, username, password_hash) VALUES ($1, 'a@b.c', 'ada', '$argon2id$')`,
      [accountId],
    );
  });
  afterEach(async () => {
    await pool.end();
    await postgres.close();
  });

  const partitions = (lockTimeoutMs?: number) =>
    new MonthlyPartitions({ pool, table: 'activity_events', ...POLICY, lockTimeoutMs });
  const maintain = async (now: string) => partitions().maintain(new Date(now));
  const names = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relname ~ '^activity_events_\\d' AND relkind = 'r' ORDER BY 1`,
    );
    return rows.map(({ name }) => name.replace('activity_events_', ''));
  };
  const happened = async (at: string, id = uuid()) =>
    pool.query(
      `INSERT INTO activity_events (id, account_id, kind, occurred_at) VALUES ($1, $2, 'signed_in', $3)`,
      [id, accountId, at],
    );
  const counted = async () => {
    const { rows } = await pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM activity_events',
    );
    return rows[0]?.n;
  };

  it('are made ahead, from the last month on', async () => {
    const { created, retired } = await maintain('2026-01-15T00:00:00Z');
    expect(created).toHaveLength(4);
    expect(retired).toEqual([]);
    expect(await names()).toEqual(['2025_12', '2026_01', '2026_02', '2026_03']);
    expect(await maintain('2026-01-15T00:00:00Z')).toEqual({ created: [], retired: [] });
  });

  it('take every moment from first to last, also where clocks change, and nothing beyond', async () => {
    // The clocks of Berlin change on 29 March and 25 October 2026; the server's time zone is theirs.
    await pool.query(
      `ALTER ROLE CURRENT_USER IN DATABASE ${new URL(postgres.url).pathname.slice(1)} SET timezone = 'Europe/Berlin'`,
    );
    await pool.end();
    pool = new pg.Pool({ connectionString: postgres.url, max: 20 });
    pool.on('error', () => undefined);
    for (const month of ['03', '06', '09', '10']) await maintain(`2026-${month}-10T00:00:00Z`);
    for (const at of [
      '2026-09-01T00:00:00.000Z',
      '2026-09-30T23:59:59.999Z',
      '2026-10-25T01:30:00.000Z',
    ]) {
      await happened(at);
    }
    await happened('2026-12-31T23:59:59.999Z');
    await expect(happened('2027-01-01T00:00:00.000Z')).rejects.toThrow(/no partition/);
    expect(await counted()).toBe(4);
  });

  it('never have a gap over many months, and go by retention with their rows', async () => {
    for (let month = 0; month < 40; month += 1) {
      const now = new Date(Date.UTC(2026, month, 1)).toISOString();
      await maintain(now);
      await happened(now);
      const ahead = new Date(Date.UTC(2026, month + POLICY.aheadMonths, 28)).toISOString();
      await happened(ahead);
    }
    // March 2029 is the last month; the three before it are kept, and two are ahead.
    expect(await names()).toEqual([
      '2029_01',
      '2029_02',
      '2029_03',
      '2029_04',
      '2029_05',
      '2029_06',
    ]);
    expect(await counted()).toBe(4 + 6);
  });

  it('are filled in where a service slept for months, as far as they are kept', async () => {
    await maintain('2026-01-15T00:00:00Z');
    await maintain('2026-06-15T00:00:00Z');
    expect(await names()).toEqual([
      '2026_03',
      '2026_04',
      '2026_05',
      '2026_06',
      '2026_07',
      '2026_08',
    ]);
  });

  it('converge when many look after them at once without a lock', async () => {
    await maintain('2025-01-15T00:00:00Z');
    const contenders = Array.from({ length: 6 }, async () =>
      partitions(200).maintain(new Date('2026-01-15T00:00:00Z')),
    );
    const changes = await Promise.all(contenders);
    const created = changes.flatMap((each) => each.created);
    expect(created.toSorted()).toEqual([...new Set(created)].toSorted());
    expect(await names()).toEqual([
      '2025_10',
      '2025_11',
      '2025_12',
      '2026_01',
      '2026_02',
      '2026_03',
    ]);
  });

  it('converge after a run that was stopped between detaching and dropping', async () => {
    await maintain('2025-01-15T00:00:00Z');
    await pool.query(
      'ALTER TABLE activity_events DETACH PARTITION activity_events_2024_12 CONCURRENTLY',
    );
    await maintain('2025-09-15T00:00:00Z');
    expect(await names()).not.toContain('2024_12');
  });

  it('converge after a detach that was cut off half-way by a long transaction', async () => {
    await maintain('2025-01-15T00:00:00Z');
    const reader = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM activity_events');
    const client = await pool.connect();
    await client.query("SET lock_timeout = '100ms'");
    const cut = client.query(
      'ALTER TABLE activity_events DETACH PARTITION activity_events_2024_12 CONCURRENTLY',
    );
    await expect(cut).rejects.toMatchObject({ code: '55P03' });
    client.release(true);
    const { rows } = await pool.query('SELECT FROM pg_inherits WHERE inhdetachpending');
    expect(rows).toHaveLength(1);
    const maintaining = partitions(200).maintain(new Date('2025-09-15T00:00:00Z'));
    await reader.query('COMMIT');
    reader.release();
    await maintaining;
    expect((await names())[0]).toBe('2025_06');
  });

  it('are given the time that a detach takes, although the pool has less for a query', async () => {
    await maintain('2025-01-15T00:00:00Z');
    const reader = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM activity_events');
    const ofRequests = new pg.Pool({
      connectionString: postgres.url,
      statement_timeout: 200,
      query_timeout: 300,
    });
    const maintaining = new MonthlyPartitions({
      pool: ofRequests,
      table: 'activity_events',
      ...POLICY,
      lockTimeoutMs: 60_000,
    }).maintain(new Date('2025-09-15T00:00:00Z'));
    const detachWaits = async () => {
      const { rows } = await pool.query(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND query LIKE '%DETACH%' AND clock_timestamp() - query_start > interval '1 second'`,
      );
      expect(rows).toHaveLength(1);
    };
    await Promise.race([eventually(detachWaits), maintaining]);
    await reader.query('COMMIT');
    reader.release();
    expect((await maintaining).retired).toContain('activity_events_2024_12');
    await ofRequests.end();
  });

  it('are left at once, half-way through a detach, by who is told to stop', async () => {
    await maintain('2025-01-15T00:00:00Z');
    const reader = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM activity_events');
    const stop = new AbortController();
    const maintaining = partitions(60_000).maintain(new Date('2025-09-15T00:00:00Z'), stop.signal);
    const isPending = async () => {
      const { rows } = await pool.query('SELECT FROM pg_inherits WHERE inhdetachpending');
      expect(rows).toHaveLength(1);
    };
    await Promise.race([eventually(isPending), maintaining]);
    stop.abort();
    // While the reader still has its transaction.
    await expect(maintaining).rejects.toThrow(/terminated/);
    await reader.query('COMMIT');
    reader.release();
    await maintain('2025-09-15T00:00:00Z');
    expect((await names())[0]).toBe('2025_06');
  });

  it('do not keep anybody waiting behind a lock that is not to be had', async () => {
    await maintain('2026-01-15T00:00:00Z');
    const holder = await pool.connect();
    // Attaching needs to lock the accounts, which the foreign key refers to.
    await holder.query('BEGIN; LOCK TABLE accounts IN ROW EXCLUSIVE MODE');
    const maintaining = partitions(100).maintain(new Date('2026-02-15T00:00:00Z'));
    await eventually(async () => {
      const { rows } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      expect(rows).toHaveLength(1);
    });
    await pool.query('UPDATE accounts SET version = version + 1');
    await holder.query('COMMIT');
    holder.release();
    await expect(maintaining).resolves.toEqual({
      created: ['activity_events_2026_04'],
      retired: [],
    });
  });

  it('are not made over a table that is in their way', async () => {
    await pool.query('CREATE TABLE activity_events_2026_01 (a int)');
    await expect(maintain('2026-01-15T00:00:00Z')).rejects.toMatchObject({
      code: 'partition_conflict',
      message: expect.stringContaining('activity_events_2026_01 is no partition'),
    });
  });

  it('are kept by one replica at a time, which does so at its start', async () => {
    const store = await redisForTest();
    const redis = createRedis({ url: store.url, name: 'partitions-test' });
    await whenReady(redis, 10_000);
    let working = 0;
    let most = 0;
    let runs = 0;
    const watched = {
      maintain: async (now: Date, signal?: AbortSignal) => {
        working += 1;
        runs += 1;
        most = Math.max(most, working);
        const changes = await partitions().maintain(now, signal);
        working -= 1;
        return changes;
      },
    };
    const locks = new LockManager({ redis, prefix: store.prefix });
    const timing = { everyMs: 20, retryMs: 20 };
    const now = () => new Date('2026-01-15T00:00:00Z');
    const keepers = Array.from(
      { length: 4 },
      () => new ActivityPartitionsKeeper(watched, locks, timing, now),
    );
    for (const keeper of keepers) keeper.onApplicationBootstrap();
    await eventually(() => expect(runs).toBeGreaterThan(5));
    await Promise.all(keepers.map(async (keeper) => keeper.onApplicationShutdown()));
    expect(most).toBe(1);
    expect(await names()).toHaveLength(4);
    await closeRedis(redis);
    await store.close();
  });
});
