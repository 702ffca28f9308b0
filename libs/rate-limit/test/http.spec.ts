import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, faultyProxy } from '@trilith/testing';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';

import { RateLimiter } from '../src/index.js';
import { type Platform, type RunningApp, policies, slow, startApp } from './nest-app.js';
import { type TestRedis, openRedis } from './redis.js';
import { listOf } from './structured-fields.js';

const platforms: Platform[] = ['fastify', 'express'];

describe.each(platforms)('@RateLimit over HTTP on %s', (platform) => {
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

  it('refuses with 429 and problem details what is beyond the limit', async () => {
    expect(await running.statuses('/strict', 3)).toEqual([200, 200, 429]);
    const refused = await running.get('/strict');
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await refused.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      status: 429,
      code: 'rate_limited',
      facts: { policy: 'strict', limit: 2, remaining: 0 },
      'violated-policies': ['strict'],
    });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
  });

  it('leaves alone what has no rule', async () => {
    const response = await running.get('/free');
    expect(response.status).toBe(200);
    expect(response.headers.has('ratelimit')).toBe(false);
  });

  it('counts by a function, whoever asks', async () => {
    const statuses = [];
    for (let n = 0; n < 3; n += 1) {
      statuses.push((await running.post('/sign-in', { email: 'ada@example.org' })).status);
    }
    expect(statuses).toEqual([201, 201, 429]);
    expect((await running.post('/sign-in', { email: 'bob@example.org' })).status).toBe(201);
  });

  it('takes no name that somebody typed for the address of somebody else', async () => {
    for (let n = 0; n < 3; n += 1) await running.post('/sign-in', { email: '127.0.0.1' });
    expect((await running.post('/sign-in', { email: '127.0.0.1' })).status).toBe(429);
    expect(await running.statuses('/strict', 1)).toEqual([200]);
  });

  it('counts by user, and who is not signed in by address', async () => {
    expect(await running.statuses('/mine', 3, { 'x-user': 'ada' })).toEqual([200, 200, 429]);
    expect(await running.statuses('/mine', 3, { 'x-user': 'bob' })).toEqual([200, 200, 429]);
    expect(await running.statuses('/mine', 3)).toEqual([200, 200, 429]);
  });

  it('counts by API key, and keeps none in Redis', async () => {
    expect(await running.statuses('/keyed', 3, { 'x-api-key': 'secret-1' })).toEqual([
      200, 200, 429,
    ]);
    expect(await running.statuses('/keyed', 1, { 'x-api-key': 'secret-2' })).toEqual([200]);
    expect((await test.keys()).filter((key) => key.includes('secret'))).toEqual([]);
    expect((await test.keys()).some((key) => key.includes(':apiKey:'))).toBe(true);
  });

  it('limits by plan', async () => {
    const large = { 'x-user': 'ada', 'x-plan': 'large' };
    expect(await running.statuses('/plan', 6, large)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await running.statuses('/plan', 3, { 'x-user': 'bob' })).toEqual([200, 200, 429]);
    expect(listOf(await running.get('/plan', large), 'ratelimit-policy')).toMatchObject([{ q: 5 }]);
  });

  it('applies a controller’s rules, together with a handler’s own', async () => {
    const two = await running.get('/limited/two');
    expect(listOf(two, 'ratelimit').map(({ name }) => name)).toEqual(['strict', 'wide']);
    expect(await running.statuses('/limited/one', 2)).toEqual([200, 429]);
    expect(await running.statuses('/limited/two', 1)).toEqual([429]);
  });

  it('skips what a handler says', async () => {
    const skipped = await running.get('/limited/skipped');
    expect(skipped.headers.has('ratelimit')).toBe(false);
    expect(await running.statuses('/limited/skipped', 3)).toEqual([200, 200, 200]);
    const swapped = await running.get('/limited/swapped');
    expect(listOf(swapped, 'ratelimit').map(({ name }) => name)).toEqual(['steady']);
  });

  it('applies global rules to every route, tells of them beside its own, and skips', async () => {
    const everywhere = await startApp(test, platform, {
      global: ['steady'],
      skip: (context) => context.getHandler().name === 'free',
    });
    const strict = await everywhere.get('/strict');
    expect(listOf(strict, 'ratelimit').map(({ name }) => name)).toEqual(['steady', 'strict']);
    expect(await everywhere.statuses('/limited/skipped', 4)).toEqual([200, 200, 200, 200]);
    expect(await everywhere.statuses('/free', 4)).toEqual([200, 200, 200, 200]);
    expect(await everywhere.statuses('/shadow', 3)).toEqual([200, 200, 429]);
    await everywhere.app.close();
  });

  it('lets a policy in shadow through, and does not tell', async () => {
    expect(await running.statuses('/shadow', 3)).toEqual([200, 200, 200]);
    expect((await running.get('/shadow')).headers.has('ratelimit')).toBe(false);
  });

  it('frees a slot in flight when the answer is sent, and when the client goes away', async () => {
    const first = running.get('/slow');
    await eventually(() => expect(slow.waiting).toHaveLength(1));
    const refused = await running.get('/slow');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-policy')).toMatch(
      /^"in-flight";q=1;qu="concurrent-requests";pk=:/,
    );
    slow.waiting.shift()?.();
    expect((await first).status).toBe(200);

    const limiter = running.app.get(RateLimiter);
    const [policy] = policies.filter(({ name }) => name === 'in-flight');
    if (!policy) throw new Error('there is such a policy');
    const slots = { policy, key: 'address:127.0.0.1' };
    await eventually(async () => expect((await limiter.peek(slots)).count).toBe(0));
    const leaving = new AbortController();
    const url = await running.app.getUrl();
    const left = fetch(`${url}/slow`, { signal: leaving.signal }).catch(() => 'left');
    await eventually(() => expect(slow.waiting).toHaveLength(1));
    leaving.abort();
    expect(await left).toBe('left');
    await eventually(async () => expect((await limiter.peek(slots)).count).toBe(0));
    slow.waiting.shift()?.();
  });

  it('refuses with 403 who is on the deny-list', async () => {
    const denying = await startApp(test, platform, { deny: ['127.0.0.0/8'] });
    const response = await denying.get('/strict');
    expect(response.status).toBe(403);
    const problem = await response.json();
    expect(problem).toMatchObject({ type: 'about:blank', code: 'denied', status: 403 });
    expect(problem).not.toHaveProperty('violated-policies');
    await denying.app.close();
  });

  describe('with forged headers', () => {
    const forged = (n: number) => ({
      'x-forwarded-for': `${n % 256}.${n % 7}.1.1, 2001:db8::${n.toString(16)}`,
      'x-real-ip': `10.0.0.${n % 256}`,
      forwarded: `for=10.1.0.${n % 256}`,
      'x-client-ip': `10.2.0.${n % 256}`,
    });

    it('lets nobody around a limit where no proxy is trusted', async () => {
      const statuses = [];
      for (let n = 0; n < 200; n += 1) {
        const response = await running.get('/strict', forged(n));
        statuses.push(response.status);
      }
      expect(statuses.filter((status) => status === 200)).toHaveLength(2);
    });

    it('lets nobody around it behind a proxy, which adds whom it saw', async () => {
      const behind = await startApp(test, platform, { trustedProxies: 1 });
      const statuses = [];
      for (let n = 0; n < 200; n += 1) {
        const header = { 'x-forwarded-for': `${forged(n)['x-forwarded-for']}, 203.0.113.7` };
        statuses.push((await behind.get('/strict', header)).status);
      }
      expect(statuses.filter((status) => status === 200)).toHaveLength(2);
      expect(await behind.statuses('/strict', 1, { 'x-forwarded-for': '203.0.113.8' })).toEqual([
        200,
      ]);
      await behind.app.close();
    });

    it('lets nobody around it who rotates through a range of IPv6', async () => {
      const behind = await startApp(test, platform, { trustedProxies: ['127.0.0.1'] });
      const statuses = [];
      for (let n = 0; n < 200; n += 1) {
        const header = { 'x-forwarded-for': `2001:db8:1:2:${n.toString(16)}::${n.toString(16)}` };
        statuses.push((await behind.get('/strict', header)).status);
      }
      expect(statuses.filter((status) => status === 200)).toHaveLength(2);
      await behind.app.close();
    });
  });

  it('answers 503 where Redis hangs and the policy refuses, and lets others go on', async () => {
    const proxy = await faultyProxy(test.url);
    const redis = createRedis({ url: proxy.url, name: 'hung', commandTimeoutMs: 60_000 });
    await whenReady(redis, 10_000);
    const hung = await startApp(test, platform, { redis, deadlineMs: 50 });
    proxy.stall();
    const response = await hung.get('/guarded');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      code: 'unavailable',
      'violated-policies': ['guarded'],
    });
    // A quarter of two is less than one, and one it is.
    expect(await hung.statuses('/strict', 2)).toEqual([200, 429]);
    await hung.app.close();
    await closeRedis(redis, 10);
    await proxy.close();
  });

  it('stops the boot at a rule that names a policy that there is not', async () => {
    const starting = startApp(test, platform, { policies: [] });
    await expect(starting).rejects.toThrow(/^policy: got "\w+"; takes the name of one of/);
    await expect(startApp(test, platform, { global: ['nowhere'] })).rejects.toThrow(
      /^policy: got "nowhere"; takes/,
    );
  });
});
