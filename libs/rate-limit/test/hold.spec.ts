import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { type RateLimiter, concurrency, slidingLog } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

const policy = concurrency({ name: 'in-flight', limit: 3, leaseMs: 60_000 });

describe('RateLimiter.hold', () => {
  let test: TestRedis;
  let limiter: RateLimiter;

  beforeAll(async () => {
    test = await openRedis();
    limiter = test.limiter();
  });
  afterAll(async () => {
    await test.close();
  });

  it('lets as many work at once as the limit says, and the next when one is done', async () => {
    const holds = await Promise.all(
      Array.from({ length: 10 }, async () => limiter.hold({ policy, key: 'crowd' })),
    );
    const held = holds.filter(({ allowed }) => allowed);
    expect(held).toHaveLength(3);
    expect((await limiter.hold({ policy, key: 'crowd' })).decision).toMatchObject({
      allowed: false,
      count: 3,
    });
    await held[0]?.release();
    await held[0]?.release();
    expect((await limiter.hold({ policy, key: 'crowd' })).allowed).toBe(true);
    expect((await limiter.hold({ policy, key: 'crowd' })).allowed).toBe(false);
  });

  it('releases what was not allowed without freeing anything', async () => {
    await limiter.hold({ policy, key: 'full', cost: 3 });
    await (await limiter.hold({ policy, key: 'full' })).release();
    expect((await limiter.hold({ policy, key: 'full' })).allowed).toBe(false);
  });

  it('frees all it took at the end of its scope', async () => {
    {
      await using hold = await limiter.hold({ policy, key: 'scope', cost: 3 });
      expect(hold.allowed).toBe(true);
    }
    expect((await limiter.peek({ policy, key: 'scope' })).count).toBe(0);
  });

  it('renews its slots for as long as it lives, and loses none', async () => {
    const short = concurrency({ name: 'short', limit: 1, leaseMs: 400 });
    await using hold = await limiter.hold({ policy: short, key: 'renewed' });
    await sleep(1_500);
    expect(hold.lost).toBe(false);
    expect((await limiter.peek({ policy: short, key: 'renewed' })).count).toBe(1);
  });

  it('knows that its slots are gone, and tells', async () => {
    const slotLost = jest.fn();
    const telling = test.limiter({ observer: { slotLost } });
    const short = concurrency({ name: 'gone', limit: 1, leaseMs: 200 });
    const hold = await telling.hold({ policy: short, key: 'gone' });
    await telling.reset({ policy: short, key: 'gone' });
    await eventually(() => expect(hold.lost).toBe(true));
    expect(slotLost).toHaveBeenCalledWith({ limiter: 'default', policies: ['gone'] });
  });

  it('frees the slots of a holder that died when their lease is over', async () => {
    const short = concurrency({ name: 'died', limit: 1, leaseMs: 300 });
    const dying = await limiter.hold({ policy: short, key: 'died' });
    const next = await limiter.hold({ policy: short, key: 'died' });
    expect(next.allowed).toBe(false);
    expect(next.decision.retryAfterMs).toBeLessThanOrEqual(300);
    // What a kill does: nobody renews, nobody releases.
    clearTimeout((dying as unknown as { timer: NodeJS.Timeout }).timer);
    await sleep(next.decision.retryAfterMs + 2);
    expect((await limiter.hold({ policy: short, key: 'died' })).allowed).toBe(true);
  });

  it('frees the slots of a holder that died although another renews its own', async () => {
    const short = concurrency({ name: 'died-beside', limit: 2, leaseMs: 300 });
    const dying = await limiter.hold({ policy: short, key: 'a' });
    await using living = await limiter.hold({ policy: short, key: 'a' });
    clearTimeout((dying as unknown as { timer: NodeJS.Timeout }).timer);
    await eventually(async () => {
      await using next = await limiter.hold({ policy: short, key: 'a' });
      expect(next.allowed).toBe(true);
    });
    expect(living.lost).toBe(false);
  });

  it('takes slots and counts together, or none of both', async () => {
    const rate = slidingLog({ name: 'rate', limit: 1, windowMs: 60_000 });
    const checks = [
      { policy, key: 'both' },
      { policy: rate, key: 'both' },
    ];
    const first = await limiter.hold(checks);
    expect(first.allowed).toBe(true);
    expect((await limiter.hold(checks)).allowed).toBe(false);
    expect((await limiter.peek({ policy, key: 'both' })).count).toBe(1);
    await first.release();
    // Slots come back, what was counted stays.
    expect((await limiter.peek({ policy, key: 'both' })).count).toBe(0);
    expect((await limiter.peek({ policy: rate, key: 'both' })).count).toBe(1);
  });

  it('is never refused from memory, for slots come back at any time', async () => {
    const single = concurrency({ name: 'single', limit: 1, leaseMs: 60_000 });
    const first = await limiter.hold({ policy: single, key: 'a' });
    expect((await limiter.hold({ policy: single, key: 'a' })).allowed).toBe(false);
    await first.release();
    expect((await limiter.hold({ policy: single, key: 'a' })).allowed).toBe(true);
  });
});
