import { describe, expect, it } from '@jest/globals';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { eventually, faultyProxy } from '@trilith/testing';

import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RecordingSink } from './recording-sink.js';
import { RelayBench, inOrderOfFirst, relayLog } from './relay-bench.js';
import { openRelayStore } from './relay-store.js';

describe.each([postgresBackend, mongoBackend])(
  'relay under faults of an outbox in $name',
  (kind) => {
    let bench: RelayBench;
    RelayBench.forCases(kind, (opened) => (bench = opened));

    it('keeps order, and loses nothing, when publishing fails for a while', async () => {
      bench.sink.refusal = new Error('no room');
      bench.relay().start();
      const keys = Array.from({ length: 20 }, (_, n) => `${n}`);
      for (const key of keys) await bench.commit(key);
      await eventually(() => expect(bench.sink.attempts).toBeGreaterThan(3));
      expect(await bench.pending()).toBe(20);
      bench.sink.refusal = undefined;
      await bench.allSent();
      expect(bench.sink.keys).toEqual(keys);
    });

    it('goes on after Redis was away', async () => {
      const proxy = await faultyProxy(bench.place.url);
      const client = createRedis({ url: proxy.url, name: 'cut', maxReconnectDelayMs: 50 });
      await whenReady(client, 10_000);
      const viaRedis = new RecordingSink();
      const list = `${bench.prefix}:away`;
      const publish = viaRedis.publish.bind(viaRedis);
      viaRedis.publish = async (events, options) => {
        await client.rpush(list, ...events.map(({ id }) => id));
        await publish(events, options);
      };
      const relay = bench.relay({ sink: viaRedis, redis: client });
      relay.start();
      await bench.commit('before');
      await eventually(() => expect(viaRedis.keys).toEqual(['before']));

      proxy.cut();
      await bench.commit('meanwhile 1', 'meanwhile 2');
      await bench.commit('meanwhile 3');
      await eventually(() => expect(client.status).toBe('reconnecting'));
      expect(viaRedis.keys).toEqual(['before']);
      proxy.heal();
      await bench.allSent();
      expect(viaRedis.keys).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3']);

      await relay.stop();
      await closeRedis(client);
      await proxy.close();
    });

    it.each([
      ['refuses connections', 'cut'],
      ['hangs', 'stall'],
    ] as const)('goes on after its store %s for a while', async (_what, fault) => {
      await using proxy = await faultyProxy(bench.backend.location.url);
      const far = await openRelayStore({ ...bench.backend.location, url: proxy.url });
      const logged = relayLog();
      const distant = bench.relay({ store: far.store });
      distant.start();
      await bench.commit('before');
      await eventually(() => expect(bench.sink.keys).toContain('before'));

      proxy[fault]();
      await bench.commit('meanwhile');
      await eventually(() => expect(logged).toContainEqual(expect.stringContaining('interrupted')));
      proxy.heal();
      await bench.commit('after');
      await bench.allSent();
      expect(inOrderOfFirst(bench.sink.keys)).toEqual(['before', 'meanwhile', 'after']);
      await distant.stop();
      await far.close();
    });

    it('stops in bounded time although its store hangs', async () => {
      await using proxy = await faultyProxy(bench.backend.location.url);
      const far = await openRelayStore({ ...bench.backend.location, url: proxy.url });
      const distant = bench.relay({ options: { drainMs: 100 }, store: far.store });
      distant.start();
      await bench.commit('before');
      await eventually(() => expect(bench.sink.keys).toContain('before'));
      proxy.stall();
      await distant.stop();
      await proxy.close();
      await far.close();
    });

    it('logs an outage once, and its end', async () => {
      const logged = relayLog();
      bench.sink.refusal = new Error('no room');
      bench.relay().start();
      await bench.commit('refused');
      await eventually(() => expect(bench.sink.attempts).toBeGreaterThan(5));
      bench.sink.refusal = undefined;
      await bench.allSent();
      await eventually(() => expect(logged).toHaveLength(2));
      expect(logged[0]).toContain('Relaying the outbox of tests is interrupted');
      expect(logged[0]).toContain('no room');
      expect(logged[1]).toContain('works again');
    });

    it('publishes again, under the same ids, what could not be marked', async () => {
      const broken = bench.storeWith({});
      let failures = 3;
      broken.markSent = async (ids) => {
        if ((failures -= 1) >= 0) throw new Error('disk full');
        await bench.backend.store.markSent(ids);
      };
      const keys = Array.from({ length: 30 }, (_, n) => `${n}`);
      await bench.commit(...keys);
      bench.relay({ options: { batchSize: 5 }, store: broken }).start();
      await bench.allSent();
      expect(inOrderOfFirst(bench.sink.keys)).toEqual(keys);
    });
  },
);
