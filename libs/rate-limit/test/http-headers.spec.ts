import { createHash } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type Platform, type RunningApp, startApp } from './nest-app.js';
import { type TestRedis, openRedis } from './redis.js';
import { listOf } from './structured-fields.js';

const platforms: Platform[] = ['fastify', 'express'];
const names = ['ratelimit-policy', 'ratelimit'];

/** As the README says, so that a client can tell it beforehand. */
function partitionKey(key: string): string {
  return createHash('sha256').update(key).digest().subarray(0, 12).toString('base64');
}

describe.each(platforms)('headers of limits on %s', (platform) => {
  let test: TestRedis;
  let running: RunningApp;

  beforeAll(async () => {
    test = await openRedis();
  });
  beforeEach(async () => {
    running = await startApp(test, platform);
  });
  afterEach(async () => {
    await running.app.close();
  });
  afterAll(async () => {
    await test.close();
  });

  it('tell of every policy in structured fields', async () => {
    const pk = partitionKey('address:127.0.0.1');
    const response = await running.get('/both');
    expect(listOf(response, 'ratelimit-policy')).toEqual([
      { name: 'wide', q: 1_000, w: 86_400, pk },
      { name: 'steady', q: 3, w: 86_400, pk },
    ]);
    expect(listOf(response, 'ratelimit')).toEqual([
      { name: 'wide', r: 999, t: expect.any(Number), pk },
      { name: 'steady', r: 1, t: 57_600, pk },
    ]);
    expect(response.headers.get('x-ratelimit-limit')).toBeNull();
    expect(response.headers.get('retry-after')).toBeNull();
  });

  it('tell of no time beyond Retry-After when a call is refused', async () => {
    await running.get('/both');
    // Two of three are taken, and two more asked for: refused, and counted nowhere.
    const refused = await running.get('/both');
    expect(refused.status).toBe(429);
    const [wide, steady] = listOf(refused, 'ratelimit');
    expect([wide, steady]).toMatchObject([{ r: 999 }, { r: 1 }]);
    expect(wide).not.toHaveProperty('t');
    expect(refused.headers.get('retry-after')).toBe(String(Object(steady).t));
  });

  it('tell the counts of several callers apart, and name nobody', async () => {
    const told = [];
    for (const user of ['ada', 'bob', 'ada']) {
      const response = await running.get('/mine', { 'x-user': user });
      told.push(...names.map((name) => Object(listOf(response, name)[0]).pk as string));
      expect(response.headers.get('ratelimit')).not.toContain(user);
    }
    const [ada, bob] = [partitionKey('user:ada'), partitionKey('user:bob')];
    expect(told).toEqual([ada, ada, bob, bob, ada, ada]);
  });

  it('tell of no partition where the module says so', async () => {
    const whole = await startApp(test, platform, { partitionKeys: false });
    const response = await whole.get('/strict');
    expect(names.map((name) => response.headers.get(name))).toEqual([
      '"strict";q=2;w=3600',
      '"strict";r=1;t=3600',
    ]);
    await whole.app.close();
  });

  it.each([
    ['legacy', false, true],
    ['both', true, true],
    ['none', false, false],
  ] as const)('are written in the style %s', async (headers, standard, legacy) => {
    const styled = await startApp(test, platform, { headers });
    const response = await styled.get('/strict');
    expect(response.headers.has('ratelimit')).toBe(standard);
    expect(response.headers.has('ratelimit-policy')).toBe(standard);
    expect(response.headers.get('x-ratelimit-limit')).toBe(legacy ? '2' : null);
    expect(response.headers.get('x-ratelimit-remaining')).toBe(legacy ? '1' : null);
    expect(response.headers.get('x-ratelimit-reset')).toBe(legacy ? '3600' : null);
    await styled.app.close();
  });
});
