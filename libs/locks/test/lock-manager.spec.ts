import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeRedis, createRedis, keysTogether, whenReady } from '@trilith/redis';

import {
  LockLostError,
  LockManager,
  LockTimeoutError,
  LockUnavailableError,
} from '../src/index.js';
import { type TestRedis, delay, openRedis } from './redis.js';

describe('LockManager', () => {
  let test: TestRedis;
  let locks: LockManager;

  beforeAll(async () => {
    test = await openRedis();
    ({ locks } = test);
  });
  afterAll(async () => {
    await test.close();
  });

  describe('withLock', () => {
    it('gives back what the work gave, and frees the lock', async () => {
      const result = await locks.withLock('result', {}, async ({ resource }) => `did ${resource}`);
      expect(result).toBe('did result');
      expect(await test.redis.exists(test.lockKey('result'))).toBe(0);
    });

    it('frees the lock when the work fails, and lets its error through', async () => {
      const failing = locks.withLock('failing', {}, async () => {
        throw new Error('the work failed');
      });
      await expect(failing).rejects.toThrow('the work failed');
      expect(await test.redis.exists(test.lockKey('failing'))).toBe(0);
    });

    it('fails when the lease was lost meanwhile, although the work went through', async () => {
      const working = locks.withLock('taken away', { ttlMs: 300 }, async ({ signal }) => {
        await test.redis.del(test.lockKey('taken away'));
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      });
      await expect(working).rejects.toBeInstanceOf(LockLostError);
    });

    it('works one after the other on one resource, side by side on two', async () => {
      let running = 0;
      const most: number[] = [];
      const work = async () => {
        running += 1;
        most.push(running);
        await delay(5);
        running -= 1;
      };
      const contend = async (resource: string) => locks.withLock(resource, {}, work);
      await Promise.all(Array.from({ length: 10 }, async () => contend('one')));
      expect(Math.max(...most)).toBe(1);

      await locks.withLock('left', {}, async () => contend('right'));
    });
  });

  describe('waiting', () => {
    it('ends with a LockTimeoutError when the lock stays held', async () => {
      await using _held = await locks.acquire('busy');
      const waiting = locks.acquire('busy', { waitMs: 80 });
      await expect(waiting).rejects.toBeInstanceOf(LockTimeoutError);
      await expect(locks.acquire('busy', { waitMs: 0 })).rejects.toMatchObject({
        code: 'lock_timeout',
        resource: 'busy',
        waitedMs: expect.any(Number),
      });
    });

    it('respects a key that somebody else wrote, and does not hammer Redis over it', async () => {
      await test.redis.set(test.lockKey('foreign'), 'not ours');
      let asked = 0;
      const counting = {
        eval: test.redis.eval.bind(test.redis),
        evalsha: async (...args: Parameters<typeof test.redis.evalsha>) => {
          asked += 1;
          return test.redis.evalsha(...args);
        },
      };
      const patient = new LockManager({ redis: counting as never, prefix: test.prefix });
      await expect(patient.acquire('foreign', { waitMs: 300 })).rejects.toBeInstanceOf(
        LockTimeoutError,
      );
      // 5 to 10 ms, then 10 to 20, and so on.
      expect(asked).toBeLessThan(10);
    });

    it('gets the lock once it is released', async () => {
      const held = await locks.acquire('soon free');
      const waiting = locks.acquire('soon free', { waitMs: Infinity });
      await delay(50);
      await held.release();
      const next = await waiting;
      expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
      await next.release();
    });

    it('ends at once when its signal aborts, with the signal’s reason', async () => {
      await using _held = await locks.acquire('given up');
      const abort = new AbortController();
      const waiting = locks.acquire('given up', { waitMs: Infinity, signal: abort.signal });
      const reason = new Error('changed my mind');
      setTimeout(() => abort.abort(reason), 20);
      await expect(waiting).rejects.toBe(reason);
    });
  });

  describe('fencing tokens', () => {
    it('rise with each acquisition, also after expiry and when Redis forgot the last one', async () => {
      const tokens: bigint[] = [];
      for (const forget of [[], ['fence'], ['lock'], ['lock', 'fence']]) {
        for (let n = 0; n < 20; n += 1) {
          const lease = await locks.acquire('tokens');
          tokens.push(lease.fencingToken);
          if (forget.includes('fence')) await test.redis.del(test.fenceKey('tokens'));
          if (forget.includes('lock')) await test.redis.del(test.lockKey('tokens'));
          await lease.release();
        }
      }
      expect(tokens).toHaveLength(80);
      const rising = [...new Set(tokens)].toSorted((a, b) => (a < b ? -1 : 1));
      expect(tokens).toEqual(rising);
    });

    it('rise although the server’s clock was set back', async () => {
      const ahead = BigInt(Date.now() + 3_600_000) * 1_000n;
      await test.redis.set(test.fenceKey('clock'), String(ahead));
      await using lease = await locks.acquire('clock');
      expect(lease.fencingToken).toBe(ahead + 1n);
    });
  });

  describe('keys', () => {
    it('all expire', async () => {
      await using _lease = await locks.acquire('expiring', { ttlMs: 5_000 });
      expect(await test.redis.pttl(test.lockKey('expiring'))).toBeGreaterThan(0);
      expect(await test.redis.pttl(test.fenceKey('expiring'))).toBeGreaterThan(5_000);
    });

    it.each(['post:1', '{a}b', 'a}b', '}', '100%', 'ü ä'])(
      'of %j lie in one slot',
      async (name) => {
        await using _lease = await locks.acquire(name);
        expect(await locks.tryAcquire(name)).toBeUndefined();
        const escaped = name.replaceAll(/[%{}]/g, encodeURIComponent);
        const keys = [test.lockKey(escaped), test.fenceKey(escaped)];
        expect(await test.redis.exists(...keys)).toBe(2);
        expect(keysTogether('redis+cluster://any', keys)).toEqual([keys]);
      },
    );

    it.each([
      ['%7B', '{'],
      ['%257B', '%7B'],
    ])('of %j and %j are not the same', async (one, other) => {
      await using _lease = await locks.acquire(one);
      await using another = await locks.tryAcquire(other);
      expect(another).toBeDefined();
    });
  });

  describe('options', () => {
    it.each([
      ['resource', ''],
      ['ttlMs', 0],
      ['ttlMs', 1.5],
      ['ttlMs', Number.NaN],
      ['ttlMs', 2 ** 31],
      ['waitMs', -1],
      ['waitMs', Number.NaN],
    ])('refuses %s %j in one line that names it', async (option, value) => {
      const acquiring = locks.acquire(option === 'resource' ? '' : 'r', { [option]: value });
      await expect(acquiring).rejects.toThrow(new RegExp(`^${option}: got .*; takes .*$`));
    });
  });

  describe('when Redis', () => {
    it('forgot the scripts, carries on', async () => {
      await test.redis.script('FLUSH');
      await using lease = await locks.acquire('flushed');
      await test.redis.script('FLUSH');
      await lease.extend();
      await test.redis.script('FLUSH');
      expect(await lease.release()).toBe(true);
    });

    it('is away, fails with a LockUnavailableError and its cause', async () => {
      const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'nobody-there' });
      test.onClose(async () => closeRedis(redis));
      const away = new LockManager({ redis });
      const trying = away.tryAcquire('away');
      await expect(trying).rejects.toBeInstanceOf(LockUnavailableError);
      await expect(away.acquire('away')).rejects.toMatchObject({
        code: 'lock_unavailable',
        resource: 'away',
        cause: expect.any(Error),
      });
    });

    it('hangs, fails within the lease’s length, whatever patience its client has', async () => {
      const hung = new LockManager({
        redis: { evalsha: async () => new Promise(() => {}), eval: async () => null },
      });
      await expect(hung.tryAcquire('hung', { ttlMs: 50 })).rejects.toBeInstanceOf(
        LockUnavailableError,
      );
    });

    it('granted a lock and its answer was lost, the lock is freed again', async () => {
      const redis = createRedis({ url: test.url, name: 'deaf' });
      test.onClose(async () => closeRedis(redis));
      await whenReady(redis, 10_000);
      let deaf = true;
      const lossy = {
        eval: redis.eval.bind(redis),
        evalsha: async (...args: Parameters<typeof redis.evalsha>) => {
          const reply = await redis.evalsha(...args);
          if (!deaf) return reply;
          deaf = false;
          throw new Error('Command timed out');
        },
      };
      await locks.withLock('lost answer', {}, async () => {});
      const acquiring = new LockManager({ redis: lossy as never, prefix: test.prefix });
      await expect(acquiring.acquire('lost answer')).rejects.toBeInstanceOf(LockUnavailableError);
      await using lease = await locks.acquire('lost answer', { ttlMs: 2_000, waitMs: 1_000 });
      expect(lease.signal.aborted).toBe(false);
    });
  });
});
