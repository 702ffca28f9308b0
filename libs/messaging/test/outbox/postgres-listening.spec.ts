import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';
import pg from 'pg';

import { OutboxRelay } from '../../src/index.js';
import type { Backend } from './backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';

const NEVER = 2 ** 31 - 1;

describe('listening for commits in PostgreSQL', () => {
  let backend: Backend;
  let place: RedisForTest;
  let redis: RedisClient;
  let admin: pg.Client;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    backend = await postgresBackend.open();
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'listening-spec' });
    await whenReady(redis, 10_000);
    admin = new pg.Client(backend.location.url);
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await closeRedis(redis);
    await place.close();
    await backend.close();
  });

  const commit = async () =>
    backend.inTransaction(async () => backend.outbox.add({ topic: 't', key: 'k', payload: 1 }));
  /** Process ids of the connections that listen. */
  const listeners = async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );
    return rows.map(({ pid }) => pid);
  };

  it('goes on, on a new connection, after its own was ended', async () => {
    const sink = new RecordingSink();
    const relay = new OutboxRelay({
      service: 'tests',
      store: backend.store,
      sink,
      locks: new LockManager({ redis, prefix: place.prefix }),
      options: { pollMs: NEVER, retryMinMs: 10 },
    });
    relay.start();
    const [first] = await eventually(async () => {
      const pids = await listeners();
      expect(pids).toHaveLength(1);
      return pids;
    });
    await admin.query('SELECT pg_terminate_backend($1)', [first]);
    await eventually(async () => {
      const pids = await listeners();
      expect(pids).toHaveLength(1);
      expect(pids).not.toContain(first);
    });

    const id = await commit();
    await eventually(() => expect(sink.ids).toContain(id));
    await relay.stop();
    await eventually(async () => expect(await listeners()).toEqual([]));
  });

  it('is told of once per transaction, when it commits', async () => {
    const stop = new AbortController();
    let calls = 0;
    const watching = backend.store.watch(() => (calls += 1), stop.signal);
    // Once for what may have come before.
    await eventually(() => expect(calls).toBe(1));
    await backend.inTransaction(async () => {
      for (let n = 0; n < 5; n += 1) {
        await backend.outbox.add({ topic: 't', key: 'k', payload: n });
      }
      expect(calls).toBe(1);
    });
    await eventually(() => expect(calls).toBe(2));
    stop.abort();
    await watching;
  });
});
