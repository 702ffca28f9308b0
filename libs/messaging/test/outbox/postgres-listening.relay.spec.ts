import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';

import { type CommitListener, OutboxRelay, type PostgresOutboxStore } from '../../src/index.js';
import { ListeningOutbox } from './listening-outbox.js';
import { RecordingSink } from './recording-sink.js';

const NEVER = 2 ** 31 - 1;

describe('a relay that is told of commits in PostgreSQL', () => {
  let outbox: ListeningOutbox;
  let place: RedisForTest;
  let redis: RedisClient;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'listening-spec' });
    await whenReady(redis, 10_000);
  });
  beforeEach(async () => {
    outbox = await ListeningOutbox.open();
  });
  afterEach(async () => {
    await outbox.close();
  });
  afterAll(async () => {
    await closeRedis(redis);
    await place.close();
  });

  const relayOn = (sink: RecordingSink, store = outbox.backend.store) =>
    new OutboxRelay({
      service: 'tests',
      store,
      sink,
      locks: new LockManager({ redis, prefix: place.prefix }),
      // Nothing but a notice ends a sleep: one that is lost is a test that never ends.
      options: { pollMs: NEVER, retryMinMs: 10 },
    });

  it('goes on, on a new connection, after its own was ended', async () => {
    const sink = new RecordingSink();
    const relay = relayOn(sink);
    relay.start();
    const asleep = async () =>
      eventually(async () => {
        const pids = await outbox.listeners();
        expect(pids).toHaveLength(1);
        return pids[0];
      });
    const first = await asleep();
    await outbox.terminate(first);
    await eventually(async () => expect(await asleep()).not.toBe(first));

    const id = await outbox.commit();
    await eventually(() => expect(sink.ids).toContain(id));
    await relay.stop();
    await eventually(async () => expect(await outbox.listeners()).toEqual([]));
  });

  it('publishes what it was told without looking for it, all of it once and in order', async () => {
    const sink = new RecordingSink();
    const store = Object.create(outbox.backend.store) as PostgresOutboxStore;
    const found: string[] = [];
    store.unsent = async (...given) => {
      const events = await outbox.backend.store.unsent(...given);
      found.push(...events.map(({ id }) => id));
      return events;
    };
    const relay = relayOn(sink, store);
    relay.start();
    await eventually(async () => expect(await outbox.listeners()).toHaveLength(1));
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(await outbox.commit());
      await eventually(() => expect(sink.ids).toEqual(ids));
      await eventually(async () => expect((await outbox.backend.store.lag()).pending).toBe(0));
    }
    // Large and small in one transaction: the large ones are looked for, and none is overtaken.
    await outbox.backend.inTransaction(async () => {
      for (const size of [1, 9_000, 2, 9_000, 3]) {
        const payload = 'x'.repeat(size);
        ids.push(await outbox.add(payload));
      }
    });
    await eventually(() => expect(sink.ids).toHaveLength(10));
    await relay.stop();
    expect(sink.ids).toEqual(ids);
    // A commit may come while the relay still looks: not all are told of, but some are.
    expect(ids.filter((id) => !found.includes(id))).not.toEqual([]);
  });

  it.each(['before it listens', 'as it listens, unarmed', 'just before it is armed'])(
    'loses no event that is committed after a look, %s',
    async (moment) => {
      // Nobody is told of such a commit: the relay must look once more by itself.
      const commitOnce = async (when: string) => {
        if (when === moment && sink.attempts === 0) await outbox.commit();
      };
      const sink = new RecordingSink();
      const store = Object.create(outbox.backend.store) as PostgresOutboxStore;
      const looked = Promise.withResolvers<void>();
      store.unsent = async (...given) =>
        outbox.backend.store.unsent(...given).finally(looked.resolve);
      store.listen = async (onCommitted) => {
        await looked.promise;
        await commitOnce('before it listens');
        const listener = await outbox.listen(onCommitted);
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
          return outbox.commit();
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
        await outbox.backend.inTransaction(async () => {
          await outbox.add();
          if (n % 5 === writer % 5) await new Promise((resolve) => setTimeout(resolve, n));
        });
      }
    });
    await Promise.all(writers);
    await eventually(() => expect(new Set(sink.ids).size).toBe(200));
    await relay.stop();
  });
});
