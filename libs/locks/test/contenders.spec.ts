import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { exitOf, killContenders, startContender } from './processes.js';
import { type TestRedis, delay, openRedis } from './redis.js';

describe('a lock between processes', () => {
  let test: TestRedis;

  beforeAll(async () => {
    test = await openRedis();
  });
  afterAll(async () => {
    killContenders();
    await test.close();
  });

  const place = () => ({ url: test.url, prefix: test.prefix });

  async function increments(locked: boolean): Promise<number> {
    await test.redis.del(`${test.prefix}:counter`);
    const input = {
      task: 'increment',
      ...place(),
      locked,
      workers: 4,
      times: 10,
    } as const;
    const statuses = await Promise.all(
      Array.from({ length: 4 }, async () => exitOf(startContender(input))),
    );
    expect(statuses).toEqual([0, 0, 0, 0]);
    return Number(await test.redis.get(`${test.prefix}:counter`));
  }

  it('lets one of sixteen contenders work at a time, so that no increment is lost', async () => {
    expect(await increments(true)).toBe(160);
  });

  it('is what the increments need: without it some are lost', async () => {
    expect(await increments(false)).toBeLessThan(160);
  });

  it('is taken over after the lease of a holder that was killed, and not before', async () => {
    const input = { task: 'die', ...place(), locked: true, workers: 1, times: 1 } as const;
    const holder = startContender(input);
    const exit = exitOf(holder);
    if (holder.stdout) await once(holder.stdout, 'data');
    // Renewed: it outlives its first lease.
    await delay(2_400);
    expect(await test.locks.tryAcquire('held')).toBeUndefined();

    holder.kill('SIGKILL');
    await exit;
    const leftMs = await test.redis.pttl(test.lockKey('held'));
    const killedAt = performance.now();
    await using lease = await test.locks.acquire('held', { waitMs: Infinity });
    // Redis counts whole milliseconds.
    expect(performance.now() - killedAt).toBeGreaterThanOrEqual(leftMs - 2);
    expect(lease.signal.aborted).toBe(false);
  });
});
