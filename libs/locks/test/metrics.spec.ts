import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import * as promClient from 'prom-client';

import { LockManager, LockTimeoutError, locksMetrics } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

describe('locksMetrics', () => {
  let test: TestRedis;
  let registry: promClient.Registry;
  let locks: LockManager;

  beforeAll(async () => {
    test = await openRedis();
    registry = new promClient.Registry();
    const observer = locksMetrics(promClient, { registry });
    locks = new LockManager({ redis: test.redis, prefix: test.prefix, observer });
  });
  afterAll(async () => {
    await test.close();
  });

  /** The value of `name{lock="…"…}`, of a histogram its count. */
  async function value(name: string, lock: string): Promise<number> {
    const line = (await registry.metrics())
      .split('\n')
      .find((one) => one.startsWith(`${name}{`) && one.includes(`lock="${lock}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  it('count what is held and waited for, and how long', async () => {
    const held = await locks.acquire('post:7');
    const waiting = locks.acquire('post:7', { waitMs: Infinity });
    await eventually(async () => expect(await value('locks_waiting', 'post')).toBe(1));
    expect(await value('locks_held', 'post')).toBe(1);
    await held.release();
    await held.release();
    const next = await waiting;
    expect(await value('locks_waiting', 'post')).toBe(0);
    expect(await value('locks_held', 'post')).toBe(1);
    await next.release();
    expect(await value('locks_held', 'post')).toBe(0);
    expect(await value('locks_wait_seconds_count', 'post')).toBe(2);
    expect(await value('locks_held_seconds_count', 'post')).toBe(2);
    expect(await value('locks_lost_total', 'post')).toBe(0);
  });

  it('count what is refused, and why', async () => {
    await using _held = await locks.acquire('busy');
    await expect(locks.acquire('busy', { waitMs: 30 })).rejects.toBeInstanceOf(LockTimeoutError);
    const patience = new AbortController();
    const waiting = locks.acquire('busy', { signal: patience.signal });
    await eventually(async () => expect(await value('locks_waiting', 'busy')).toBe(1));
    patience.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const text = await registry.metrics();
    for (const reason of ['timeout', 'given up']) {
      expect(text).toContain(`locks_refused_total{lock="busy",kind="mutex",reason="${reason}"} 1`);
    }
    expect(await value('locks_waiting', 'busy')).toBe(0);
  });

  it('count what is lost, once', async () => {
    const lease = await locks.acquire('stolen', { ttlMs: 300 });
    await test.redis.del(test.lockKey('stolen'));
    await new Promise((resolve) => lease.signal.addEventListener('abort', resolve));
    await lease.release();
    expect(await value('locks_lost_total', 'stolen')).toBe(1);
    expect(await value('locks_held', 'stolen')).toBe(0);
  });

  it('count leases of tries as well', async () => {
    const lease = await locks.tryAcquire('tried');
    expect(await locks.tryAcquire('tried')).toBeUndefined();
    expect(await value('locks_held', 'tried')).toBe(1);
    await lease?.release();
    expect(await value('locks_held', 'tried')).toBe(0);
  });
});
