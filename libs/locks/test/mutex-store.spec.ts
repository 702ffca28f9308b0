import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSubscriber } from '@trilith/redis';
import { eventually } from '@trilith/testing';

import type { AcquireRequest, Claim } from '../src/lock-store.js';
import { LockKeys } from '../src/redis/lock-keys.js';
import { MutexStore } from '../src/redis/mutex-store.js';
import { type TestRedis, openRedis } from './redis.js';

describe('MutexStore', () => {
  let test: TestRedis;
  let store: MutexStore;

  beforeAll(async () => {
    test = await openRedis();
    store = new MutexStore(test.redis, new LockKeys(test.prefix));
  });
  afterAll(async () => {
    await test.close();
  });

  const claimOf = (resource: string, number: number, manager = 'nobody') =>
    ({ resource, owner: `${number}:60000:1:${manager}` }) as Claim;
  const request = (claim: Claim, more: Partial<AcquireRequest> = {}): AcquireRequest => ({
    claim,
    ttlMs: 60_000,
    waits: true,
    fair: false,
    ...more,
  });

  it('grants again to an owner that did not hear the first answer, whoever waits', async () => {
    const claim = claimOf('again', 1);
    const first = await store.acquire(request(claim, { ttlMs: 5_000 }));
    for (const waiting of [false, true]) {
      if (waiting) await store.acquire(request(claimOf('again', 2)));
      const again = await store.acquire(request(claim));
      expect(first.granted && again.granted && again.fencingToken > first.fencingToken).toBe(true);
      expect(await test.redis.pttl(test.lockKey('again'))).toBeGreaterThan(5_000);
    }
    expect(await store.acquire(request(claimOf('again', 2)))).toMatchObject({ granted: false });
  });

  it('hands a free lock on when one who waits gives up, for that one may have been woken', async () => {
    const heard: string[] = [];
    const subscribed = Promise.withResolvers<void>();
    const subscriber = createSubscriber({
      url: test.url,
      name: 'second',
      channels: [`${test.prefix}:wake:second`],
      onMessage: (message) => heard.push(message),
      onSubscribed: subscribed.resolve,
    });
    test.onClose(() => subscriber.disconnect());
    await subscribed.promise;
    const [holder, first] = [claimOf('given up', 1), claimOf('given up', 2)];
    const second = claimOf('given up', 3, 'second');
    for (const claim of [holder, first, second]) await store.acquire(request(claim));
    // Nobody listens for the first one: it is woken at the most, and the lock is free.
    await store.release(holder, 1_000);
    expect(heard).toEqual([]);
    expect(await store.release(first, 1_000)).toBe(false);
    await eventually(() => expect(heard).toHaveLength(1));
    expect(await test.redis.get(test.lockKey('given up'))).toBe(second.owner);
  });

  it('leaves nothing of one who waited and died', async () => {
    const holder = claimOf('the dead', 1);
    await store.acquire(request(holder));
    await test.enqueue('the dead', { owner: claimOf('the dead', 2).owner, aliveMs: -1 });
    await store.acquire(request(claimOf('the dead', 3)));
    await store.release(holder, 1_000);
    const names = ['queue', 'alive'].map((part) => `${test.prefix}:${part}:{the dead}`);
    const owners = await Promise.all(names.map(async (name) => test.redis.zrange(name, 0, -1)));
    expect(owners).toEqual([[claimOf('the dead', 3).owner], [claimOf('the dead', 3).owner]]);
  });
});
