import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { faultyProxy } from '@trilith/testing';

import { Platform } from './platform.js';

describe('limits', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await Platform.start();
  });

  afterAll(async () => {
    await platform.close();
  });

  const overview = async (
    app: NestFastifyApplication,
    { address, forwardedFor }: { address: string; forwardedFor?: string },
  ) =>
    app.inject({
      url: '/v1/overview',
      remoteAddress: address,
      headers: { ...(forwardedFor && { 'x-forwarded-for': forwardedFor }) },
    });

  it('should refuse an address too many requests, whatever X-Forwarded-For says', async () => {
    const app = await platform.replica({ RATE_LIMIT_CALLER: '3/1h' });

    const statuses: number[] = [];
    for (let host = 1; host <= 3; host += 1) {
      const from = { address: '192.0.2.1', forwardedFor: `203.0.113.${host}` };
      statuses.push((await overview(app, from)).statusCode);
    }
    const refused = await overview(app, { address: '192.0.2.1', forwardedFor: '203.0.113.4' });

    expect(statuses).toEqual([200, 200, 200]);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-policy']).toMatch(/^"caller";q=3;w=3600;pk=:.{16}:$/);
    expect(refused.json()).toMatchObject({ code: 'rate_limited', facts: { policy: 'caller' } });
    expect((await overview(app, { address: '192.0.2.2' })).statusCode).toBe(200);
  });

  it('should not limit health and metrics', async () => {
    const app = await platform.replica({ RATE_LIMIT_CALLER: '1/1h' });

    const statuses: number[] = [];
    for (const url of ['/health/live', '/health/live', '/metrics', '/metrics']) {
      statuses.push((await app.inject({ url })).statusCode);
    }

    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  it('should answer, by a share of the limit, while Redis of the limits is cut off', async () => {
    await using proxy = await faultyProxy(platform.url);
    const app = await platform.replica({
      RATE_LIMIT_REDIS_URL: proxy.url,
      RATE_LIMIT_CALLER: '8/1h',
    });
    proxy.cut();

    const statuses: number[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      statuses.push((await overview(app, { address: '198.51.100.1' })).statusCode);
    }

    expect(statuses).toEqual([200, 200, 429]);
    proxy.heal();
  });
});
