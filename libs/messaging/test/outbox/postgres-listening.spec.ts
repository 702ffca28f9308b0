import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';
import pg from 'pg';

import {
  type CommitListener,
  type OnCommitted,
  OutboxRelay,
  PostgresOutboxStore,
} from '../../src/index.js';
import type { Backend } from './backend.js';
import { Pooler } from './pooler.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';

const NEVER = 2 ** 31 - 1;

describe('listening for commits in PostgreSQL', () => {
  let backend: Backend;
  let place: RedisForTest;
  let redis: RedisClient;
  let admin: pg.Client;
  const opened: CommitListener[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'listening-spec' });
    await whenReady(redis, 10_000);
  });
  // A database of its own for each case: nobody else listens there.
  beforeEach(async () => {
    backend = await postgresBackend.open();
    admin = new pg.Client(backend.location.url);
    await admin.connect();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (listener) => listener.close()));
    await admin.end();
    await backend.close();
  });
  afterAll(async () => {
    await closeRedis(redis);
    await place.close();
  });

  const add = async () => backend.outbox.add({ topic: 't', key: 'k', payload: 1 });
  const commit = async () => backend.inTransaction(add);
  const listen = async (onCommitted: OnCommitted, store = backend.store) => {
    const listener = await store.listen(onCommitted);
    if (listener === undefined) throw new Error('the store does not listen');
    opened.push(listener);
    return listener;
  };
  const relayOn = (sink: RecordingSink, store = backend.store) =>
    new OutboxRelay({
      service: 'tests',
      store,
      sink,
      locks: new LockManager({ redis, prefix: place.prefix }),
      // Nothing but a notice ends a sleep: one that is lost is a test that never ends.
      options: { pollMs: NEVER, retryMinMs: 10 },
    });
  /** Process ids of the connections that are told of commits. */
  const listeners = async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database()
         AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock')`,
    );
    return rows.map(({ pid }) => pid);
  };

  it('goes on, on a new connection, after its own was ended', async () => {
    const sink = new RecordingSink();
    const relay = relayOn(sink);
    relay.start();
    const asleep = async () =>
      eventually(async () => {
        const pids = await listeners();
        expect(pids).toHaveLength(1);
        return pids[0];
      });
    const first = await asleep();
    await admin.query('SELECT pg_terminate_backend($1)', [first]);
    await eventually(async () => expect(await asleep()).not.toBe(first));

    const id = await commit();
    await eventually(() => expect(sink.ids).toContain(id));
    await relay.stop();
    await eventually(async () => expect(await listeners()).toEqual([]));
  });

  it('tells when a transaction commits, and of all its events in their order', async () => {
    const told: unknown[] = [];
    const listener = await listen((events) => void told.push(...(events ?? ['unknown'])));
    expect(await listener.arm()).toBe(true);
    const deliverAt = new Date('2030-01-02T03:04:05.678Z');
    const events = [1, null, { n: [1.5, 'ä"'] }].map((payload, n) => ({
      id: `0190C7A1-6F4E-7A10-8D53-2F1C9A6B3E7${n}`,
      topic: 't',
      key: 'k',
      payload,
      headers: { h: String(n) },
      ...(n === 1 && { deliverAt }),
    }));
    await backend.inTransaction(async () => {
      for (const event of events) await backend.outbox.add(event);
      // Its answer comes after whatever was told before.
      await listener.arm();
      expect(told).toEqual([]);
    });
    await eventually(() => expect(told).toHaveLength(3));
    // What is told is what a look would find.
    expect(told).toEqual(await backend.store.unsent(10));
  });

  it('tells only that there are events, where they are larger than a notice', async () => {
    const told: unknown[] = [];
    const listener = await listen((events) => void told.push(events?.length));
    expect(await listener.arm()).toBe(true);
    for (const payload of ['x'.repeat(8_000), 'ä'.repeat(4_000), 'x'.repeat(7_000)]) {
      await backend.inTransaction(async () =>
        backend.outbox.add({ topic: 't', key: 'k', payload }),
      );
    }
    await eventually(() => expect(told).toEqual([undefined, undefined, 1]));
  });

  it('publishes what it was told without looking for it, all of it once and in order', async () => {
    const sink = new RecordingSink();
    const store = Object.create(backend.store) as PostgresOutboxStore;
    const found: string[] = [];
    store.unsent = async (...given) => {
      const events = await backend.store.unsent(...given);
      found.push(...events.map(({ id }) => id));
      return events;
    };
    const relay = relayOn(sink, store);
    relay.start();
    await eventually(async () => expect(await listeners()).toHaveLength(1));
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(await commit());
      await eventually(() => expect(sink.ids).toEqual(ids));
      await eventually(async () => expect((await backend.store.lag()).pending).toBe(0));
    }
    // Large and small in one transaction: the large ones are looked for, and none is overtaken.
    await backend.inTransaction(async () => {
      for (const size of [1, 9_000, 2, 9_000, 3]) {
        const payload = 'x'.repeat(size);
        ids.push(await backend.outbox.add({ topic: 't', key: 'k', payload }));
      }
    });
    await eventually(() => expect(sink.ids).toHaveLength(10));
    await relay.stop();
    expect(sink.ids).toEqual(ids);
    // A commit may come while the relay still looks: not all are told of, but some are.
    expect(ids.filter((id) => !found.includes(id))).not.toEqual([]);
  });

  it('is told of nothing while disarmed, so that commits need not wait for each other', async () => {
    let calls = 0;
    const listener = await listen(() => void (calls += 1));
    for (let n = 0; n < 5; n += 1) await commit();
    // Notices come in the order of commits: had any of the five sent one, there were more.
    expect(await listener.arm()).toBe(true);
    await commit();
    await eventually(() => expect(calls).toBe(1));
    listener.disarm();
    expect(await listener.arm()).toBe(true);
    expect(calls).toBe(1);
  });

  it('cannot be armed while a transaction is open that will not tell of its commit', async () => {
    const listener = await listen(() => undefined);
    const added = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const open = backend.inTransaction(async () => {
      const id = await add();
      added.resolve();
      await mayCommit.promise;
      return id;
    });
    await added.promise;
    expect(await listener.arm()).toBe(false);
    mayCommit.resolve();
    const id = await open;
    expect(await listener.arm()).toBe(true);
    expect((await backend.store.unsent(10)).map((message) => message.id)).toEqual([id]);
  });

  it('leaves nobody telling when a sleeper dies', async () => {
    let calls = 0;
    const bystander = await listen(() => void (calls += 1));
    const sleeper = await listen(() => undefined);
    expect(await sleeper.arm()).toBe(true);
    await commit();
    await eventually(() => expect(calls).toBe(1));

    const [pid] = await listeners();
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    await expect(sleeper.ended).rejects.toThrow('ended');
    await eventually(async () => expect(await listeners()).toEqual([]));
    await commit();
    expect(await bystander.arm()).toBe(true);
    expect(calls).toBe(1);
  });

  it('hears of a transaction that began to tell a sleeper which died before it committed', async () => {
    const sleeper = await listen(() => undefined);
    expect(await sleeper.arm()).toBe(true);
    let calls = 0;
    await backend.inTransaction(async () => {
      await add();
      await sleeper.close();
      await eventually(async () => expect(await listeners()).toEqual([]));
      const successor = await listen(() => void (calls += 1));
      expect(await successor.arm()).toBe(true);
      expect(await backend.store.unsent(10)).toEqual([]);
    });
    await eventually(() => expect(calls).toBe(1));
  });

  it('does not concern another outbox in the same database', async () => {
    await admin.query('CREATE SCHEMA other; CREATE TABLE other.outbox (LIKE public.outbox)');
    const url = `${backend.location.url}?options=-c%20search_path%3Dother`;
    const pool = new pg.Pool({ connectionString: url });
    const other = new PostgresOutboxStore({ pool, current: () => undefined });
    let calls = 0;
    const neighbour = await listen(() => (calls += 1), other);
    const listener = await listen(() => undefined);
    expect(await listener.arm()).toBe(true);
    expect(await neighbour.arm()).toBe(true);
    await commit();
    await neighbour.arm();
    expect(calls).toBe(0);
    await pool.end();
  });

  it('refuses to listen through a pooler, and takes a direct connection for it', async () => {
    await using pooler = await Pooler.before(backend.location.url);
    await using pool = disposable(new pg.Pool({ connectionString: pooler.url }));
    const current = () => undefined;
    const pooled = new PostgresOutboxStore({ pool, current });
    await expect(pooled.listen(() => undefined)).rejects.toMatchObject({ code: 'pooled_listener' });

    const listener = { connectionString: backend.location.url };
    const direct = new PostgresOutboxStore({ pool, listener, current });
    let calls = 0;
    expect(await (await listen(() => (calls += 1), direct)).arm()).toBe(true);
    await commit();
    await eventually(() => expect(calls).toBe(1));

    const deaf = new PostgresOutboxStore({ pool, listener: false, current });
    expect(await deaf.listen(() => undefined)).toBeUndefined();
  });

  it.each(['before it listens', 'as it listens, unarmed', 'just before it is armed'])(
    'loses no event that is committed after a look, %s',
    async (moment) => {
      // Nobody is told of such a commit: the relay must look once more by itself.
      const commitOnce = async (when: string) => {
        if (when === moment && sink.attempts === 0) await commit();
      };
      const sink = new RecordingSink();
      const store = Object.create(backend.store) as PostgresOutboxStore;
      const looked = Promise.withResolvers<void>();
      store.unsent = async (...given) => backend.store.unsent(...given).finally(looked.resolve);
      store.listen = async (onCommitted) => {
        await looked.promise;
        await commitOnce('before it listens');
        const listener = await listen(onCommitted);
        await commitOnce('as it listens, unarmed');
        return Object.assign(Object.create(listener) as CommitListener, {
          arm: async () => {
            await commitOnce('just before it is armed');
            return listener.arm();
          },
        });
      };
      const relay = relayOn(sink, store);
      relay.start();
      await eventually(() => expect(sink.published).toHaveLength(1));
      await relay.stop();
    },
  );

  it('loses no wake-up of many that commit while the relay falls asleep and wakes', async () => {
    const sink = new RecordingSink();
    const relay = relayOn(sink);
    relay.start();
    for (let round = 0; round < 40; round += 1) {
      const before = sink.published.length;
      // Few at a time, each in its own moment, so that rounds end in every state of the relay.
      const ids = await Promise.all(
        Array.from({ length: 1 + (round % 6) }, async (_, n) => {
          await new Promise((resolve) => setTimeout(resolve, (round * 7 + n * 3) % 11));
          return commit();
        }),
      );
      await eventually(() => expect(sink.ids.slice(before)).toEqual(expect.arrayContaining(ids)));
    }
    await relay.stop();
    expect(new Set(sink.ids).size).toBe(sink.ids.length);
  });

  it('finds, without a notice, what transactions of any length commit side by side', async () => {
    const sink = new RecordingSink();
    const relay = relayOn(sink);
    relay.start();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 25; n += 1) {
        await backend.inTransaction(async () => {
          await add();
          if (n % 5 === writer % 5) await new Promise((resolve) => setTimeout(resolve, n));
        });
      }
    });
    await Promise.all(writers);
    await eventually(() => expect(new Set(sink.ids).size).toBe(200));
    await relay.stop();
  });
});

function disposable(pool: pg.Pool): pg.Pool & AsyncDisposable {
  return Object.assign(pool, { [Symbol.asyncDispose]: async () => pool.end() });
}
