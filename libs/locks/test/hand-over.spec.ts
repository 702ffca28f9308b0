import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSubscriber } from '@trilith/redis';
import { eventually } from '@trilith/testing';

import type { LockManager } from '../src/index.js';
import { type TestRedis, delay, openRedis } from './redis.js';

describe('waiting for a lock that is handed over', () => {
  let test: TestRedis;
  let locks: LockManager;

  beforeAll(async () => {
    test = await openRedis();
    ({ locks } = test);
  });
  afterAll(async () => {
    await test.close();
  });

  const untilWaiting = async (resource: string, count: number) =>
    eventually(async () => expect(await test.waiting(resource)).toBe(count));

  /** First in line for a resource: its manager listens, and does nothing. */
  async function enqueueListener(resource: string, ttlMs: number) {
    const owner = `1:${ttlMs}:2:listener of ${resource}`;
    const heard: string[] = [];
    const subscribed = Promise.withResolvers<void>();
    const subscriber = createSubscriber({
      url: test.url,
      name: 'listener',
      channels: [`${test.prefix}:wake:listener of ${resource}`],
      onMessage: (message) => heard.push(message),
      onSubscribed: subscribed.resolve,
    });
    test.onClose(() => subscriber.disconnect());
    await subscribed.promise;
    await test.enqueue(resource, { owner, aliveMs: 60_000 });
    return { owner, heard };
  }

  it('is over in the release itself: it tells the next one its token', async () => {
    const held = await locks.acquire('at once');
    const next = await enqueueListener('at once', 5_000);
    await held.release();
    expect(await test.redis.get(test.lockKey('at once'))).toBe(next.owner);
    expect(await test.redis.pttl(test.lockKey('at once'))).toBeLessThanOrEqual(5_000);
    expect(await test.waiting('at once')).toBe(0);
    await eventually(() => expect(next.heard).toHaveLength(1));
    const [token = '', owner] = next.heard[0]?.split(/ (.*)/s) ?? [];
    expect(owner).toBe(next.owner);
    expect(BigInt(token)).toBeGreaterThan(held.fencingToken);
    expect(await test.redis.get(test.fenceKey('at once'))).toBe(token);
  });

  it('goes on when the next one dies of it, after that one’s lease', async () => {
    const held = await locks.acquire('to the dead');
    const dead = await enqueueListener('to the dead', 400);
    const waiting = locks.acquire('to the dead', { waitMs: Infinity });
    await untilWaiting('to the dead', 2);
    await held.release();
    const lease = await waiting;
    expect(dead.heard).toHaveLength(1);
    expect(lease.isHeld).toBe(true);
    await lease.release();
  });

  it('is only woken where nobody hears it, and the lock is free', async () => {
    const held = await locks.acquire('unheard');
    await test.enqueue('unheard', { owner: '1:60000:2:ghost', aliveMs: 60_000 });
    await held.release();
    expect(await test.redis.exists(test.lockKey('unheard'))).toBe(0);
    expect(await test.waiting('unheard')).toBe(1);
  });

  it('gives a lease like any other: it renews itself', async () => {
    await locks.acquire('warm up').then(async (lease) => lease.release());
    const held = await locks.acquire('renewed');
    const waiting = locks.acquire('renewed', { ttlMs: 1_500, waitMs: Infinity });
    await untilWaiting('renewed', 1);
    await held.release();
    await using lease = await waiting;
    await delay(2_500);
    expect(lease.signal.aborted).toBe(false);
    expect(await locks.tryAcquire('renewed')).toBeUndefined();
  });

  it('does not believe a message that comes too late', async () => {
    await using held = await locks.acquire('late message');
    const patience = new AbortController();
    const waiting = locks.acquire('late message', { waitMs: Infinity, signal: patience.signal });
    await untilWaiting('late message', 1);
    const [owner = ''] = await test.redis.zrange(`${test.prefix}:queue:{late message}`, 0, 0);
    const channel = `${test.prefix}:wake:${owner.split(':').slice(3).join(':')}`;
    await eventually(async () => {
      expect(await test.redis.publish(channel, `${held.fencingToken} ${owner}`)).toBe(1);
    });
    const outcome = await Promise.race([waiting, delay(300)]);
    expect(outcome).toBeUndefined();
    patience.abort(new Error('seen'));
    await expect(waiting).rejects.toThrow('seen');
  });
});
