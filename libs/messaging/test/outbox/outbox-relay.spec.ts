import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, faultyProxy, redisForTest } from '@trilith/testing';

import { OutboxRelay, type OutboxRelayOptions } from '../../src/index.js';
import type { Backend } from './backend.js';
import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';
import { openRelayStore } from './relay-store.js';

const NEVER = 2 ** 31 - 1;

describe.each([postgresBackend, mongoBackend])('relay of an outbox in $name', (kind) => {
  let backend: Backend;
  let redis: RedisClient;
  let place: RedisForTest;
  let prefix: string;
  let sink: RecordingSink;
  const relays: OutboxRelay[] = [];

  beforeAll(async () => {
    backend = await kind.open();
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'relay-spec' });
    await whenReady(redis, 10_000);
  });
  beforeEach(() => {
    Logger.overrideLogger(false);
    // A lease of its own for each case.
    prefix = `${place.prefix}-${randomUUID()}`;
    sink = new RecordingSink();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map(async (relay) => relay.stop()));
  });
  afterAll(async () => {
    await closeRedis(redis);
    await place.close();
    await backend.close();
  });

  const relay = (
    options: Partial<OutboxRelayOptions> = {},
    on = sink,
    client = redis,
    store = backend.store,
  ) => {
    const made = new OutboxRelay({
      service: 'tests',
      store,
      sink: on,
      locks: new LockManager({ redis: client, prefix }),
      options: { leaseMs: 1_000, retryMinMs: 10, retryMaxMs: 100, ...options },
    });
    relays.push(made);
    return made;
  };
  const commit = async (...keys: string[]) =>
    backend.inTransaction(async () =>
      backend.outbox.addAll(keys.map((key) => ({ topic: 'tests.happened', key, payload: key }))),
    );
  const pending = async () => (await backend.store.lag()).pending;
  const allSent = async () => eventually(async () => expect(await pending()).toBe(0));

  // The first commits may come before a relay listens: one that was waiting is woken by the last.
  const untilListening = async () =>
    eventually(async () => {
      await commit('wake up');
      expect(sink.published.length).toBeGreaterThan(1);
    });

  it('publishes what is committed, in order, once, and marks it', async () => {
    const keys = Array.from({ length: 45 }, (_, n) => `${n}`);
    await commit(...keys.slice(0, 20));
    relay({ batchSize: 10 }).start();
    await commit(...keys.slice(20));
    await allSent();
    expect(sink.keys).toEqual(keys);
  });

  it('is woken by a commit long before it would look by itself', async () => {
    relay({ pollMs: NEVER }).start();
    await untilListening();
    const [id] = await commit('one more');
    await eventually(() => expect(sink.ids).toContain(id));
  });

  it('finds by itself what it was not woken for', async () => {
    const deaf = Object.create(backend.store) as Backend['store'];
    deaf.watch = async (_onCommitted, signal) => void (await once(signal, 'abort'));
    const polling = new OutboxRelay({
      service: 'tests',
      store: deaf,
      sink,
      locks: new LockManager({ redis, prefix }),
      options: { pollMs: 20 },
    });
    relays.push(polling);
    polling.start();
    await commit('unheard');
    await eventually(() => expect(sink.keys).toContain('unheard'));
  });

  it('lets one of two replicas publish, and the other take over when it stops', async () => {
    const sinks = [new RecordingSink(), new RecordingSink()] as const;
    const first = relay({}, sinks[0]);
    first.start();
    await commit('to the first');
    await allSent();
    const second = relay({}, sinks[1]);
    second.start();
    for (let n = 0; n < 20; n += 1) await commit(`${n}`);
    await allSent();
    expect(sinks[0].published).toHaveLength(21);
    expect(sinks[1].published).toHaveLength(0);

    await first.stop();
    await commit('to the second');
    await allSent();
    expect(sinks[1].keys).toEqual(['to the second']);
  });

  it('keeps order, and loses nothing, when publishing fails for a while', async () => {
    sink.refusal = new Error('no room');
    relay().start();
    const keys = Array.from({ length: 20 }, (_, n) => `${n}`);
    for (const key of keys) await commit(key);
    await eventually(() => expect(sink.attempts).toBeGreaterThan(3));
    expect(await pending()).toBe(20);
    sink.refusal = undefined;
    await allSent();
    expect(sink.keys).toEqual(keys);
  });

  it('goes on after Redis was away', async () => {
    const proxy = await faultyProxy(place.url);
    const client = createRedis({ url: proxy.url, name: 'cut', maxReconnectDelayMs: 50 });
    await whenReady(client, 10_000);
    const viaRedis = new RecordingSink();
    const list = `${prefix}:away`;
    const publish = viaRedis.publish.bind(viaRedis);
    viaRedis.publish = async (events) => {
      await client.rpush(list, ...events.map(({ id }) => id));
      await publish(events);
    };
    relay({}, viaRedis, client).start();
    await commit('before');
    await eventually(() => expect(viaRedis.keys).toEqual(['before']));

    proxy.cut();
    await commit('meanwhile 1', 'meanwhile 2');
    await commit('meanwhile 3');
    await eventually(() => expect(client.status).toBe('reconnecting'));
    expect(viaRedis.keys).toEqual(['before']);
    proxy.heal();
    await allSent();
    expect(viaRedis.keys).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3']);

    await relays.pop()?.stop();
    await closeRedis(client);
    await proxy.close();
  });

  it.each([
    ['refuses connections', 'cut'],
    ['hangs', 'stall'],
  ] as const)('goes on after its store %s for a while', async (_what, fault) => {
    await using proxy = await faultyProxy(backend.location.url);
    const far = await openRelayStore({ ...backend.location, url: proxy.url });
    const logged = logOf(OutboxRelay.name);
    const distant = relay({}, sink, redis, far.store);
    distant.start();
    await commit('before');
    await eventually(() => expect(sink.keys).toContain('before'));

    proxy[fault]();
    await commit('meanwhile');
    await eventually(() => expect(logged).toContainEqual(expect.stringContaining('interrupted')));
    proxy.heal();
    await commit('after');
    await allSent();
    expect(inOrderOfFirst(sink.keys)).toEqual(['before', 'meanwhile', 'after']);
    await distant.stop();
    await far.close();
  });

  it('stops in bounded time although its store hangs', async () => {
    await using proxy = await faultyProxy(backend.location.url);
    const far = await openRelayStore({ ...backend.location, url: proxy.url });
    const distant = relay({ drainMs: 100 }, sink, redis, far.store);
    distant.start();
    await commit('before');
    await eventually(() => expect(sink.keys).toContain('before'));
    proxy.stall();
    await distant.stop();
    await proxy.close();
    await far.close();
  });

  it('logs an outage once, and its end', async () => {
    const logged = logOf(OutboxRelay.name);
    sink.refusal = new Error('no room');
    relay().start();
    await commit('refused');
    await eventually(() => expect(sink.attempts).toBeGreaterThan(5));
    sink.refusal = undefined;
    await allSent();
    await eventually(() => expect(logged).toHaveLength(2));
    expect(logged[0]).toContain('Relaying the outbox of tests is interrupted');
    expect(logged[0]).toContain('no room');
    expect(logged[1]).toContain('works again');
  });

  it('removes sent events after their retention', async () => {
    await commit('old');
    relay({ retentionMs: 0, cleanUpEveryMs: 1 }).start();
    await commit('new');
    await eventually(async () => expect(await backend.storedIds()).toEqual([]));
    expect(sink.keys).toEqual(expect.arrayContaining(['old', 'new']));
  });

  it('publishes what is committed before it stops, and nothing after', async () => {
    const stopping = relay({ batchSize: 10, pollMs: NEVER });
    stopping.start();
    await untilListening();
    const keys = Array.from({ length: 35 }, (_, n) => `last ${n}`);
    await commit(...keys);
    await stopping.stop();
    expect(sink.keys.filter((key) => key.startsWith('last'))).toEqual(keys);

    await commit('too late');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sink.keys).not.toContain('too late');
    await backend.store.markSent((await backend.store.unsent(10)).map(({ id }) => id));
  });

  it('stops in bounded time although publishing never comes back', async () => {
    const stuck = new RecordingSink();
    const asked = Promise.withResolvers<void>();
    stuck.publish = async () => {
      asked.resolve();
      return new Promise(() => {});
    };
    const stopping = relay({ publishTimeoutMs: 200, drainMs: 100 }, stuck);
    await commit('stuck');
    stopping.start();
    await asked.promise;
    await stopping.stop();
    await backend.store.markSent((await backend.store.unsent(10)).map(({ id }) => id));
  });
});

/** Each key where it first came: what is published again comes after. */
function inOrderOfFirst(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}

/** What a class logs from now on. */
function logOf(context: string): string[] {
  const logged: string[] = [];
  const note = (message: string, from: string) => void (from === context && logged.push(message));
  Logger.overrideLogger({ log: note, warn: note, error: note });
  return logged;
}
