import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSubscriber } from '@trilith/redis';
import { eventually } from '@trilith/testing';

import { type Lease, LockManager, LockTimeoutError } from '../src/index.js';
import { exitOf, killContenders, startContender } from './processes.js';
import { type TestRedis, delay, openRedis } from './redis.js';

describe('waiting', () => {
  let test: TestRedis;
  let locks: LockManager;

  beforeAll(async () => {
    test = await openRedis();
    ({ locks } = test);
  });
  afterAll(async () => {
    killContenders();
    await test.close();
  });

  const untilWaiting = async (resource: string, count: number) =>
    eventually(async () => expect(await test.waiting(resource)).toBe(count));

  describe('for a message', () => {
    it('ends when the holder releases, long before a waiter would look by itself', async () => {
      const handOvers: number[] = [];
      for (let n = 0; n < 15; n += 1) {
        const held = await locks.acquire('handed over');
        const waiting = locks.acquire('handed over', { waitMs: Infinity });
        await untilWaiting('handed over', 1);
        // Past the time in which it looks often, for want of a subscription.
        if (n === 0) await delay(300);
        const releasedAt = performance.now();
        await held.release();
        const next = await waiting;
        handOvers.push(performance.now() - releasedAt);
        await next.release();
      }
      // By itself it looks every 250 to 500 ms.
      expect(handOvers.toSorted((a, b) => a - b)[7]).toBeLessThan(100);
    });

    it('is published to the one who is first, and only when somebody waits', async () => {
      const label = 'listener';
      const other = new LockManager({ redis: test.redis, prefix: test.prefix, label });
      const manager = await managerOf(other, test);
      const channel = `${test.prefix}:wake:${manager}`;
      const heard: string[] = [];
      const subscribed = Promise.withResolvers<void>();
      const subscriber = createSubscriber({
        url: test.url,
        name: 'eavesdropper',
        channels: [channel],
        onMessage: (message) => heard.push(message),
        onSubscribed: subscribed.resolve,
      });
      test.onClose(() => subscriber.disconnect());
      await subscribed.promise;
      await (await other.acquire('quiet')).release();
      const held = await other.acquire('published');
      const waiting = [1, 2].map(async () => {
        const lease = await other.acquire('published', { waitMs: Infinity });
        await lease.release();
      });
      await untilWaiting('published', 2);
      await held.release();
      await Promise.all(waiting);
      await eventually(() => expect(heard).toHaveLength(2));
      expect(new Set(heard).size).toBe(2);
    });

    it('is made up for by looking, when the message is lost', async () => {
      await locks.acquire('message lost', { ttlMs: 60_000 });
      const waiting = locks.acquire('message lost', { waitMs: Infinity });
      await untilWaiting('message lost', 1);
      await test.redis.del(test.lockKey('message lost'));
      await (await waiting).release();
    });

    it('is passed on by one who has given up', async () => {
      const held = await locks.acquire('given up');
      const patience = new AbortController();
      const first = locks.acquire('given up', { waitMs: Infinity, signal: patience.signal });
      await untilWaiting('given up', 1);
      const second = locks.acquire('given up', { waitMs: Infinity });
      await untilWaiting('given up', 2);
      patience.abort(new Error('enough'));
      await expect(first).rejects.toThrow('enough');
      await untilWaiting('given up', 1);
      await held.release();
      await (await second).release();
    });

    it('leaves nothing behind, neither of those who got it nor of those who did not', async () => {
      const held = await locks.acquire('nothing left');
      const vain = locks.acquire('nothing left', { waitMs: 50 });
      const waiting = locks.acquire('nothing left', { waitMs: Infinity });
      await expect(vain).rejects.toBeInstanceOf(LockTimeoutError);
      await held.release();
      await (await waiting).release();
      const keysLeft = await test.redis.exists(
        ...['lock', 'queue', 'alive'].map((part) => `${test.prefix}:${part}:{nothing left}`),
      );
      expect(keysLeft).toBe(0);
    });

    it('keeps its place in keys that expire', async () => {
      await using _held = await locks.acquire('queue expires');
      const patience = new AbortController();
      const waiting = locks.acquire('queue expires', { signal: patience.signal });
      await untilWaiting('queue expires', 1);
      for (const part of ['queue', 'alive']) {
        expect(await test.redis.pttl(`${test.prefix}:${part}:{queue expires}`)).toBeGreaterThan(0);
      }
      patience.abort(new Error('seen'));
      await expect(waiting).rejects.toThrow('seen');
    });
  });

  describe('in fairness', () => {
    const fair = { fair: true, waitMs: Infinity } as const;

    it('serves first who came first, whichever manager they came to', async () => {
      const other = new LockManager({ redis: test.redis, prefix: test.prefix });
      const held = await locks.acquire('in order', fair);
      const served: number[] = [];
      const waiting: Promise<void>[] = [];
      for (let n = 0; n < 12; n += 1) {
        const manager = n % 2 ? locks : other;
        waiting.push(
          manager.withLock('in order', fair, async () => {
            served.push(n);
          }),
        );
        await untilWaiting('in order', n + 1);
      }
      await held.release();
      await Promise.all(waiting);
      expect(served).toEqual(Array.from({ length: 12 }, (_, n) => n));
    });

    it('lets nobody overtake one who is alive, and passes over one who is dead', async () => {
      await enqueueGhost(test, 'haunted', 1_000);
      expect(await locks.tryAcquire('haunted', { fair: true })).toBeUndefined();
      await using lease = await locks.acquire('haunted', fair);
      expect(lease.signal.aborted).toBe(false);
      expect(await test.waiting('haunted')).toBe(0);
    });

    it('is asked for: others take a lock that is free', async () => {
      await enqueueGhost(test, 'rude', 60_000);
      await using lease = await locks.tryAcquire('rude');
      expect(lease).toBeDefined();
    });

    it('passes over a waiter that was killed, when its holder was killed too', async () => {
      const place = { url: test.url, prefix: test.prefix, locked: true, workers: 1, times: 1 };
      const holder = startContender({ task: 'die', ...place });
      if (holder.stdout) await once(holder.stdout, 'data');
      const waiter = startContender({ task: 'wait', ...place });
      await untilWaiting('held', 1);
      const mine = locks.acquire('held', fair);
      await untilWaiting('held', 2);
      const last = locks.acquire('held', fair);
      await untilWaiting('held', 3);

      const exits = [holder, waiter].map(exitOf);
      waiter.kill('SIGKILL');
      holder.kill('SIGKILL');
      await Promise.all(exits);
      const first = await Promise.race([named('mine', mine), named('last', last)]);
      expect(first).toBe('mine');
      await (await mine).release();
      await (await last).release();
    });
  });
});

async function named(name: string, lease: Promise<Lease>): Promise<string> {
  await lease;
  return name;
}

/** One who came first, and is not heard of any more. */
async function enqueueGhost(test: TestRedis, resource: string, aliveMs: number) {
  await test.enqueue(resource, { owner: '1:60000:2:ghost', aliveMs });
}

/** As the name of its claims says. */
async function managerOf(locks: LockManager, test: TestRedis): Promise<string> {
  await using _lease = await locks.acquire('whose');
  return /^\d+:\d+:\d+:(.+)$/.exec((await test.redis.get(test.lockKey('whose'))) ?? '')?.[1] ?? '';
}
