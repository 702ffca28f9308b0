import { setTimeout as sleep } from 'node:timers/promises';

import {
  LockLostError,
  LockManager,
  LockUnavailableError,
  PostgresFencingTokens,
  fenceCondition,
} from '@trilith/locks';
import { createRedis, whenReady } from '@trilith/redis';
import pg from 'pg';

import { moveClock } from './moving-clock.js';
import type { GrantTask, HoldTask, IncrementTask, Told, WriteTask } from './settings.js';

/** What a task works with. */
export interface TaskContext {
  readonly label: string;
  readonly redis: ConstructorParameters<typeof LockManager>[0]['redis'];
  readonly signal: AbortSignal;
  readonly tell: (told: Told) => void;
}

/** $1 int: the new value; $2 bigint: token; $3 text: row. One row in `accepted` when it is written. */
const writeSql = (condition: string) => `
WITH written AS (
  UPDATE counters SET value = $1, fence = $2 WHERE id = $3 AND ${condition} RETURNING id
)
INSERT INTO accepted (id, token) SELECT id, $2 FROM written`;

export async function increment(task: IncrementTask, context: TaskContext): Promise<void> {
  const { counterUrl, counter, locked, lanes, times = Infinity, ttlMs, clockJumpsMs } = task;
  const { signal, tell, redis, label } = context;
  if (clockJumpsMs !== undefined) moveClock(clockJumpsMs);
  const locks = new LockManager({ redis, label });
  const store = createRedis({ url: counterUrl, name: label });
  await whenReady(store, 30_000);
  const addOne = async () => {
    const value = Number(await store.get(counter));
    await sleep(1);
    await store.set(counter, value + 1);
    tell({ kind: 'incremented' });
  };
  const lane = async () => {
    for (let n = 0; n < times && !signal.aborted;) {
      const from = performance.now();
      try {
        if (locked) await locks.withLock('counter', { ttlMs, waitMs: Infinity, signal }, addOne);
        else await addOne();
        n += 1;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof LockUnavailableError)) throw error;
        tell({ kind: 'unavailable', afterMs: performance.now() - from });
        await sleep(50);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export async function write(task: WriteTask, context: TaskContext): Promise<void> {
  const { databaseUrl, row, fenced, ttlMs, workMs } = task;
  const { signal, redis, label } = context;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const locks = new LockManager({ redis, label });
  const sql = writeSql(fenced ? fenceCondition({ token: '$2' }) : 'true');
  while (!signal.aborted) {
    try {
      // It heeds no signal: as one that is frozen just before it writes cannot.
      await locks.withLock(row, { ttlMs, waitMs: 1_000 }, async ({ fencingToken }) => {
        const { rows } = await pool.query<{ value: number }>(
          'SELECT value FROM counters WHERE id = $1',
          [row],
        );
        await sleep(workMs);
        const { rowCount } = await pool.query(sql, [(rows[0]?.value ?? 0) + 1, fencingToken, row]);
        if (rowCount === 0) await pool.query('INSERT INTO refused (id) VALUES ($1)', [row]);
      });
    } catch (error) {
      const isExpected = error instanceof LockLostError || (error as Error).name.startsWith('Lock');
      if (!isExpected) throw error;
    }
  }
  await pool.end();
}

export async function grant(task: GrantTask, context: TaskContext): Promise<void> {
  const { resource, grants, lanes, databaseUrl } = task;
  const { redis, label, signal, tell } = context;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const query = async (sql: string) => pool.query(sql);
  const tokens = databaseUrl === undefined ? undefined : new PostgresFencingTokens({ query });
  const locks = new LockManager({ redis, label, tokens });
  let given = 0;
  const lane = async () => {
    while (given < grants && !signal.aborted) {
      try {
        const lease = await locks.acquire(resource, { ttlMs: 500, waitMs: 1_000 });
        given += 1;
        tell({ kind: 'token', token: String(lease.fencingToken) });
        await lease[Symbol.asyncDispose]();
      } catch (error) {
        if (!(error as Error).name.startsWith('Lock')) throw error;
        await sleep(20);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await pool.end();
}

export async function hold(task: HoldTask, context: TaskContext): Promise<void> {
  const { redis, label, signal, tell } = context;
  const locks = new LockManager({ redis, label });
  const { resource, ttlMs } = task;
  await using _lease = await locks.acquire(resource, {
    ttlMs,
    waitMs: Infinity,
    fair: true,
    signal,
  });
  tell({ kind: 'held' });
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
