import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type Lease, LockLostError, LockManager, LockUnavailableError } from '../src/index.js';
import { type TestRedis, delay, openRedis } from './redis.js';

describe('Lease', () => {
  let test: TestRedis;

  beforeAll(async () => {
    test = await openRedis();
  });
  afterAll(async () => {
    await test.close();
  });

  const left = async (resource: string) => test.redis.pttl(test.lockKey(resource));

  it('renews itself for as long as it is held', async () => {
    await using lease = await test.locks.acquire('renewed', { ttlMs: 1_000 });
    for (let n = 0; n < 6; n += 1) {
      await delay(500);
      expect(lease.signal.aborted).toBe(false);
      expect(await test.locks.tryAcquire('renewed')).toBeUndefined();
    }
  });

  it('is renewed no more once it is released', async () => {
    const lease = await test.locks.acquire('released', { ttlMs: 1_000 });
    expect(await lease.release()).toBe(true);
    await using next = await test.locks.acquire('released', { ttlMs: 60_000 });
    await delay(500);
    expect(next.signal.aborted).toBe(false);
    expect(await left('released')).toBeGreaterThan(10_000);
  });

  it('aborts its signal while Redis still keeps others out, when it cannot be renewed', async () => {
    const frozen = await startLeaseThatCannotRenew(test, 'frozen', 4_000);
    const leftAtAbort = await new Promise<number>((resolve, reject) => {
      frozen.signal.addEventListener('abort', () => {
        left('frozen').then(resolve, reject);
      });
    });
    expect(leftAtAbort).toBeGreaterThan(0);
    expect(frozen.signal.reason).toBeInstanceOf(LockLostError);
    expect(frozen.signal.reason).toMatchObject({
      code: 'lock_lost',
      resource: 'frozen',
      fencingToken: frozen.fencingToken,
    });
  });

  it('aborts its signal when Redis has given the lock to another', async () => {
    const lease = await test.locks.acquire('stolen', { ttlMs: 300 });
    await test.redis.set(test.lockKey('stolen'), 'another', 'PX', 60_000);
    await aborted(lease);
    expect(lease.signal.reason).toBeInstanceOf(LockLostError);
    expect(await lease.release()).toBe(false);
    expect(await test.redis.get(test.lockKey('stolen'))).toBe('another');
  });

  it('is counted from when it was asked for, however late Redis answered', async () => {
    const late = await startLeaseThatCannotRenew(test, 'late answer', 4_000, 1_000);
    const leftAtAbort = await new Promise<number>((resolve, reject) => {
      late.signal.addEventListener('abort', () => {
        left('late answer').then(resolve, reject);
      });
    });
    expect(leftAtAbort).toBeGreaterThan(0);
  });

  it('cannot be extended once Redis has given the lock to another, and is lost', async () => {
    const lease = await test.locks.acquire('taken', { ttlMs: 60_000 });
    await test.redis.set(test.lockKey('taken'), 'another', 'PX', 60_000);
    await expect(lease.extend()).rejects.toBeInstanceOf(LockLostError);
    expect(lease.signal.aborted).toBe(true);
    expect(lease.isHeld).toBe(false);
  });

  it('knows that it is over although a busy event loop kept its timers from firing', async () => {
    const lease = await test.locks.acquire('busy', { ttlMs: 50 });
    const until = performance.now() + 100;
    while (performance.now() < until);
    expect(() => lease.throwIfLost()).toThrow(LockLostError);
    expect(lease.signal.aborted).toBe(true);
    await expect(lease.extend()).rejects.toBeInstanceOf(LockLostError);
  });

  it('lasts as long as it was extended to, from then on', async () => {
    await using lease = await test.locks.acquire('extended', { ttlMs: 1_000 });
    await lease.extend(60_000);
    await delay(1_500);
    expect(await left('extended')).toBeGreaterThan(50_000);
    expect(lease.signal.aborted).toBe(false);
  });

  it('cannot be extended after its release', async () => {
    const lease = await test.locks.acquire('over');
    await lease.release();
    await expect(lease.extend()).rejects.toBeInstanceOf(LockLostError);
    expect(() => lease.throwIfLost()).toThrow('it was released');
    expect(await left('over')).toBe(-2);
  });

  it('frees the lock at the end of its block', async () => {
    {
      await using lease = await test.locks.acquire('block');
      expect(lease.resource).toBe('block');
      expect(await left('block')).toBeGreaterThan(0);
    }
    expect(await left('block')).toBe(-2);
  });

  it('may be left to expire, and is then renewed no more', async () => {
    const lease = await test.locks.acquire('left', { ttlMs: 60_000 });
    expect(await lease.release({ afterMs: 400 })).toBe(true);
    expect(lease.isHeld).toBe(false);
    expect(await left('left')).toBeLessThanOrEqual(400);
    expect(await test.locks.tryAcquire('left')).toBeUndefined();
    await using next = await test.locks.acquire('left', { waitMs: Infinity });
    expect(next.fencingToken).toBeGreaterThan(lease.fencingToken);
  });

  it('is not had, and frees the lock, when little of it is left once Redis has answered', async () => {
    const slow = {
      eval: test.redis.eval.bind(test.redis),
      evalsha: async (...args: Parameters<typeof test.redis.evalsha>) => {
        const reply = await test.redis.evalsha(...args);
        await delay(1_850);
        return reply;
      },
    };
    await test.locks.withLock('late grant', {}, async () => {});
    const late = new LockManager({ redis: slow as never, prefix: test.prefix });
    // Nine tenths of a lease are of use.
    const acquiring = late.tryAcquire('late grant', { ttlMs: 2_000 });
    await expect(acquiring).rejects.toBeInstanceOf(LockUnavailableError);
    await using lease = await test.locks.acquire('late grant', { waitMs: Infinity });
    expect(lease.isHeld).toBe(true);
  });

  it('may be released twice', async () => {
    const lease = await test.locks.acquire('twice');
    await lease.release();
    await using next = await test.locks.acquire('twice');
    await lease.release();
    await next.extend();
  });
});

async function aborted({ signal }: Lease): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** Its Redis answers the acquisition, after so long, and nothing after. */
async function startLeaseThatCannotRenew(
  { redis, prefix }: TestRedis,
  resource: string,
  ttlMs: number,
  answerAfterMs = 0,
): Promise<Lease> {
  let answers = true;
  const dumb = {
    eval: redis.eval.bind(redis),
    evalsha: async (...args: Parameters<typeof redis.evalsha>) => {
      if (!answers) return new Promise<never>(() => {});
      const reply = await redis.evalsha(...args);
      await delay(answerAfterMs);
      return reply;
    },
  };
  const lease = await new LockManager({ redis: dumb as never, prefix }).acquire(resource, {
    ttlMs,
  });
  answers = false;
  return lease;
}
