import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';
import { RelayBench } from './relay-bench.js';

const NEVER = 2 ** 31 - 1;

describe.each([postgresBackend, mongoBackend])('relay of an outbox in $name', (kind) => {
  let bench: RelayBench;
  RelayBench.forCases(kind, (opened) => (bench = opened));

  it('publishes what is committed, in order, once, and marks it', async () => {
    const keys = Array.from({ length: 45 }, (_, n) => `${n}`);
    await bench.commit(...keys.slice(0, 20));
    bench.relay({ options: { batchSize: 10 } }).start();
    await bench.commit(...keys.slice(20));
    await bench.allSent();
    expect(bench.sink.keys).toEqual(keys);
  });

  it('publishes no more bytes by one command than it may', async () => {
    const commands: number[] = [];
    const publish = bench.sink.publish.bind(bench.sink);
    bench.sink.publish = async (events, options) => {
      commands.push(
        Buffer.byteLength(events.map(({ payload }) => JSON.stringify(payload)).join('')),
      );
      await publish(events, options);
    };
    // Each payload is its key.
    const keys = Array.from({ length: 100 }, (_, n) => `${n}${'.'.repeat(10_000)}`);
    await bench.commit(...keys);
    bench.relay({ options: { batchBytes: 50_000 } }).start();
    await bench.allSent();
    expect(bench.sink.keys).toEqual(keys);
    expect(Math.max(...commands)).toBeLessThanOrEqual(50_000);
    expect(commands.length).toBeLessThanOrEqual(34);
  });

  it('is woken by a commit long before it would look by itself', async () => {
    bench.relay({ options: { pollMs: NEVER } }).start();
    await bench.untilListening();
    const [id] = await bench.commit('one more');
    await eventually(() => expect(bench.sink.ids).toContain(id));
  });

  it('finds by itself what it was not woken for', async () => {
    const deaf = bench.storeWith({ listen: async () => undefined });
    bench.relay({ options: { pollMs: 20 }, store: deaf }).start();
    await bench.commit('unheard');
    await eventually(() => expect(bench.sink.keys).toContain('unheard'));
  });

  it('reads and marks beside publishing, and keeps the order', async () => {
    // Whichever of the three is slowest.
    const keys = Array.from({ length: 60 }, (_, n) => `${n}`);
    const slow = bench.storeWith({});
    const later = async () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    slow.unsent = async (...given) =>
      later().then(async () => bench.backend.store.unsent(...given));
    slow.markSent = async (ids) => later().then(async () => bench.backend.store.markSent(ids));
    const publish = bench.sink.publish.bind(bench.sink);
    bench.sink.publish = async (...given) => later().then(async () => publish(...given));
    bench.relay({ options: { batchSize: 4 }, store: slow }).start();
    for (let n = 0; n < keys.length; n += 10) await bench.commit(...keys.slice(n, n + 10));
    await bench.allSent();
    expect(bench.sink.keys).toEqual(keys);
  });

  it('cleans up although there is always something to publish', async () => {
    await bench.commit('old');
    await bench.discard();
    const endless = bench.storeWith({});
    endless.unsent = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return [{ id: randomUUID(), topic: 't', key: 'k', payload: 1, headers: {} }];
    };
    bench.relay({ options: { retentionMs: 0, cleanUpEveryMs: 1 }, store: endless }).start();
    await eventually(async () => expect(await bench.backend.storedIds()).toEqual([]));
  });

  it('removes sent events after their retention', async () => {
    await bench.commit('old');
    bench.relay({ options: { retentionMs: 0, cleanUpEveryMs: 1 } }).start();
    await bench.commit('new');
    await eventually(async () => expect(await bench.backend.storedIds()).toEqual([]));
    expect(bench.sink.keys).toEqual(expect.arrayContaining(['old', 'new']));
  });

  it('publishes what is committed before it stops, and nothing after', async () => {
    const stopping = bench.relay({ options: { batchSize: 10, pollMs: NEVER } });
    stopping.start();
    await bench.untilListening();
    const keys = Array.from({ length: 35 }, (_, n) => `last ${n}`);
    await bench.commit(...keys);
    await stopping.stop();
    expect(bench.sink.keys.filter((key) => key.startsWith('last'))).toEqual(keys);

    await bench.commit('too late');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bench.sink.keys).not.toContain('too late');
    await bench.discard();
  });

  it('stops in bounded time although publishing never comes back', async () => {
    const stuck = new RecordingSink();
    const asked = Promise.withResolvers<void>();
    stuck.publish = async () => {
      asked.resolve();
      return new Promise(() => {});
    };
    const stopping = bench.relay({ options: { publishTimeoutMs: 200, drainMs: 100 }, sink: stuck });
    await bench.commit('stuck');
    stopping.start();
    await asked.promise;
    await stopping.stop();
    await bench.discard();
  });
});
