import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { type Lock, LockLostError, LockManager, LockTimeoutError } from '../src/index.js';
import { type TestRedis, delay, openRedis } from './redis.js';

const patient = { waitMs: Infinity } as const;

describe('kinds of locks', () => {
  let test: TestRedis;
  let locks: LockManager;
  let others: LockManager;

  beforeAll(async () => {
    test = await openRedis();
    ({ locks } = test);
    others = new LockManager({ redis: test.redis, prefix: test.prefix });
  });
  afterAll(async () => {
    await test.close();
  });

  const key = (part: string, resource: string) => `${test.prefix}:${part}:{${resource}}`;
  const untilWaiting = async (resource: string, count: number) =>
    eventually(async () =>
      expect(await test.redis.zcard(key('permit-queue', resource))).toBe(count),
    );

  describe('a semaphore', () => {
    it('lets in so many at a time, and uses all of them', async () => {
      let running = 0;
      const most: number[] = [];
      const work = async () => {
        running += 1;
        most.push(running);
        await delay(10);
        running -= 1;
      };
      const contend = async (n: number) =>
        (n % 2 ? locks : others).semaphore('three', 3).withLock(patient, work);
      await Promise.all(Array.from({ length: 30 }, async (_, n) => contend(n)));
      expect(Math.max(...most)).toBe(3);
    });

    it('serves in the order in which they came, and gives rising tokens', async () => {
      const semaphore = locks.semaphore('in order', 1);
      const held = await semaphore.acquire();
      const served: number[] = [];
      const tokens: bigint[] = [];
      const waiting: Promise<void>[] = [];
      for (let n = 0; n < 5; n += 1) {
        waiting.push(
          semaphore.withLock(patient, async ({ fencingToken }) => {
            served.push(n);
            tokens.push(fencingToken);
          }),
        );
        await untilWaiting('in order', n + 1);
      }
      await held.release();
      await Promise.all(waiting);
      expect(served).toEqual([0, 1, 2, 3, 4]);
      expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
    });

    it('gets a permit back from a holder that is gone, and not from one that renews', async () => {
      const semaphore = locks.semaphore('renewed', 2);
      await using _living = await semaphore.acquire({ ttlMs: 300 });
      await addDeadHolder(test, 'renewed', 900);
      expect(await semaphore.tryAcquire()).toBeUndefined();
      await using next = await semaphore.acquire(patient);
      expect(next.isHeld).toBe(true);
      expect(await semaphore.tryAcquire()).toBeUndefined();
    });

    it('knows whose permit is released, and which lease is over', async () => {
      const semaphore = locks.semaphore('whose', 2);
      const [one, other] = [await semaphore.acquire(), await semaphore.acquire()];
      expect(await one.release()).toBe(true);
      await other.extend();
      await test.redis.del(key('permits', 'whose'));
      await expect(other.extend()).rejects.toBeInstanceOf(LockLostError);
      expect(await other.release()).toBe(false);
    });

    it('leaves keys that expire, and none when all is over', async () => {
      const semaphore = locks.semaphore('tidy', 1);
      const held = await semaphore.acquire({ ttlMs: 5_000 });
      const waiting = semaphore.acquire(patient);
      await untilWaiting('tidy', 1);
      for (const part of ['permits', 'permit-queue', 'permit-alive']) {
        expect(await test.redis.pttl(key(part, 'tidy'))).toBeGreaterThan(0);
      }
      await held.release();
      await (await waiting).release();
      const parts = ['permits', 'permit-queue', 'permit-alive'].map((part) => key(part, 'tidy'));
      expect(await test.redis.exists(...parts)).toBe(0);
    });

    it.each([0, -1, 1.5, Number.NaN])('of %d permits is refused', (permits) => {
      expect(() => locks.semaphore('none', permits)).toThrow(/^permits: got .*; takes /);
    });
  });

  describe('a read-write lock', () => {
    it('is shared by readers and had alone by a writer', async () => {
      const { read, write } = locks.readWrite('shared');
      const readers = [await read.acquire(), await others.readWrite('shared').read.acquire()];
      expect(await write.tryAcquire()).toBeUndefined();
      for (const reader of readers) await reader.release();
      await using writer = await write.acquire();
      expect(writer.kind).toBe('write');
      expect(await read.tryAcquire()).toBeUndefined();
      expect(await write.tryAcquire()).toBeUndefined();
    });

    it('lets a writer that waits come before readers that come later, then all readers', async () => {
      const { read, write } = locks.readWrite('not starved');
      const early = await read.acquire();
      const served: string[] = [];
      const serve = (name: string, lock: Lock) =>
        lock.withLock(patient, async () => {
          served.push(name);
          // Readers are in together: none is done before all have come.
          await eventually(() => expect(served.length).toBe(name === 'writer' ? 1 : 4));
        });
      const writer = serve('writer', write);
      await untilWaiting('not starved', 1);
      expect(await read.tryAcquire()).toBeUndefined();
      const readers = [1, 2, 3].map(async () => serve('reader', read));
      await untilWaiting('not starved', 4);
      await early.release();
      await Promise.all([writer, ...readers]);
      expect(served).toEqual(['writer', 'reader', 'reader', 'reader']);
    });

    it('loses no increment, and lets no reader see half of one', async () => {
      const { read, write } = others.readWrite('halves');
      const state = { left: 0, right: 0 };
      const increment = async () => {
        const { left } = state;
        await delay(1);
        state.left = left + 1;
        await delay(1);
        state.right = state.left;
      };
      const look = async () => expect(state.left).toBe(state.right);
      const works = Array.from({ length: 40 }, async (_, n) =>
        n % 4 ? read.withLock(patient, look) : write.withLock(patient, increment),
      );
      await Promise.all(works);
      expect(state).toEqual({ left: 10, right: 10 });
    });
  });

  describe('several resources at once', () => {
    it('are had together, in whatever order they are named', async () => {
      const seen: string[][] = [];
      let running = 0;
      const work = async (names: string[]) =>
        locks.withAll(names, patient, async ({ resources }) => {
          running += 1;
          expect(running).toBe(1);
          seen.push(resources);
          await delay(5);
          running -= 1;
        });
      const orders = [
        ['a', 'b', 'c'],
        ['c', 'b', 'a'],
        ['b', 'a', 'c', 'a'],
      ];
      await Promise.all([...orders, ...orders].map(work));
      expect(seen).toEqual(Array.from({ length: 6 }, () => ['a', 'b', 'c']));
    });

    it('are all had, or none', async () => {
      await using _held = await locks.acquire('all or none: z');
      const names = ['all or none: z', 'all or none: y'];
      const acquiring = locks.acquireAll(names, { waitMs: 30 });
      await expect(acquiring).rejects.toBeInstanceOf(LockTimeoutError);
      await expect(acquiring).rejects.toMatchObject({ resource: 'all or none: z' });
      await using other = await locks.tryAcquire('all or none: y');
      expect(other).toBeDefined();
    });

    it('are lost together, and each has its token', async () => {
      const leases = await locks.acquireAll(['together: 1', 'together: 2'], { ttlMs: 300 });
      const { fencingToken } = leases.of('together: 1');
      expect(leases.of('together: 2').fencingToken).not.toBe(fencingToken);
      expect(() => leases.of('another')).toThrow(RangeError);
      await test.redis.del(test.lockKey('together: 2'));
      await new Promise((resolve) => leases.signal.addEventListener('abort', resolve));
      expect(() => leases.throwIfLost()).toThrow('together: 2');
      await leases.release();
      expect(await test.redis.exists(test.lockKey('together: 1'))).toBe(0);
    });

    it('have names', async () => {
      await expect(locks.acquireAll([])).rejects.toThrow('resources: got none');
    });
  });

  describe('a lease that the caller has already', () => {
    it('lets it in again, and stays', async () => {
      await using lease = await locks.acquire('again');
      const inner = await locks.withLock('again', { waitMs: 0, lease }, async (own) => own);
      expect(inner).toBe(lease);
      expect(lease.isHeld).toBe(true);
      await lease.extend();
    });

    it('is needed: without it nobody is let in twice', async () => {
      await using _lease = await locks.acquire('not twice');
      const inner = locks.withLock('not twice', { waitMs: 10 }, async () => {});
      await expect(inner).rejects.toBeInstanceOf(LockTimeoutError);
    });

    it('lets a writer read, and no reader write', async () => {
      const { read, write } = locks.readWrite('both');
      await write.withLock({}, async (lease) => read.withLock({ lease }, async () => {}));
      await using lease = await read.acquire();
      await expect(write.withLock({ lease }, async () => {})).rejects.toThrow(
        'lease: got a read lease on both; takes a write lease on both',
      );
    });

    it('is refused when it is on something else, or over', async () => {
      await using lease = await locks.acquire('one thing');
      const other = locks.withLock('another', { lease }, async () => {});
      await expect(other).rejects.toThrow('takes a mutex lease on another');
      await lease.release();
      const over = locks.withLock('one thing', { lease }, async () => {});
      await expect(over).rejects.toBeInstanceOf(LockLostError);
    });
  });
});

async function addDeadHolder({ redis, prefix }: TestRedis, resource: string, leftMs: number) {
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
  const until = seconds * 1_000 + Math.floor(micros / 1_000) + leftMs;
  await redis.zadd(`${prefix}:permits:{${resource}}`, until, 's:1:2:dead');
}
