import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { eventually, faultyProxy } from '@trilith/testing';

import { newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

/** Three calls that wait for Redis' own timeout take 6 s; three of the limits' deadlines far less. */
const IN_TIME_MS = 5_000;

interface From {
  readonly address?: string;
  readonly forwardedFor?: string;
  readonly token?: string;
}

describe('limits', () => {
  let stores: Stores;
  const apps: NestFastifyApplication[] = [];
  let keySpaces = 0;

  /** Each replica of its own counts: no test takes what another has. */
  const start = async (limits: Record<string, string>) => {
    keySpaces += 1;
    const MESSAGING_PREFIX = `${stores.prefix}:${keySpaces}`;
    const app = await startUsers(stores, { MESSAGING_PREFIX, ...limits });
    apps.push(app);
    return app;
  };

  const ask = async (
    app: NestFastifyApplication,
    url: string,
    { address = '192.0.2.1', forwardedFor, token, json }: From & { json?: object } = {},
  ) => {
    const response = await app.inject({
      method: json ? 'POST' : 'GET',
      url,
      remoteAddress: address,
      headers: {
        ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(json && { payload: json }),
    });
    return { status: response.statusCode, headers: response.headers, response };
  };

  const guess = async (app: NestFastifyApplication, login: string, from: From = {}) =>
    ask(app, '/v1/sessions', { ...from, json: { login, password: 'a guess at it' } });

  const statuses = async (count: number, call: (index: number) => ReturnType<typeof ask>) => {
    const seen: number[] = [];
    for (let index = 0; index < count; index += 1) seen.push((await call(index)).status);
    return seen;
  };

  beforeAll(async () => {
    stores = await openStores();
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(async (app) => app.close()));
  });

  afterAll(async () => {
    await stores?.close();
  });

  it('refuses guesses from one address over many accounts, by a problem that says when', async () => {
    const app = await start({ RATE_LIMIT_SIGN_IN_ADDRESS: '3/1h' });
    const seen = await statuses(3, async (index) => guess(app, `person_${index}`));
    expect(seen).toEqual([401, 401, 401]);
    const { status, headers, response } = await guess(app, 'person_3');
    expect(status).toBe(429);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    const retryAfter = Number(headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
    expect(headers['ratelimit-policy']).toContain('"sign-in-address";q=3;w=3600');
    expect(headers['ratelimit']).toContain(`"sign-in-address";r=0;t=${retryAfter}`);
    expect(response.json()).toEqual({
      type: 'urn:problem-type:trilith:rate_limited',
      title: 'Too Many Requests',
      status: 429,
      code: 'rate_limited',
      detail: `Too many requests: try again in ${retryAfter} s.`,
      facts: {
        policy: 'sign-in-address',
        limit: 3,
        remaining: 0,
        retryAfterMs: expect.any(Number),
      },
      instance: '/v1/sessions',
      correlationId: expect.any(String),
    });
    const elsewhere = await guess(app, 'person_3', { address: '192.0.2.2' });
    expect(elsewhere.status).toBe(401);
  });

  it('refuses guesses at one account from many addresses, however its name is written', async () => {
    const app = await start({ RATE_LIMIT_SIGN_IN_ACCOUNT: '3/1h' });
    const names = ['ada_l', ' ADA_L ', 'Ada_l', 'ada_L'];
    const seen = await statuses(4, async (index) =>
      guess(app, names[index] ?? '', { address: `192.0.2.${index}` }),
    );
    expect(seen).toEqual([401, 401, 401, 429]);
    const refused = await guess(app, 'ada_l', { address: '192.0.2.99' });
    expect(refused.response.json()).toMatchObject({ facts: { policy: 'sign-in-account' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await guess(app, 'grace_h', { address: '192.0.2.99' })).status).toBe(401);
  });

  it('counts over all replicas together', async () => {
    const limits = { RATE_LIMIT_SIGN_IN_ACCOUNT: '4/1h', MESSAGING_PREFIX: `${stores.prefix}:two` };
    const replicas = [await start(limits), await start(limits)];
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const replica = replicas[index % 2];
        if (replica === undefined) throw new Error('there are two replicas');
        return guess(replica, 'ada_l', { address: `192.0.2.${index}` });
      }),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(8);
  });

  it('refuses sign-ups from one address, and with one e-mail address', async () => {
    const app = await start({
      RATE_LIMIT_SIGN_UP_ADDRESS: '2/1h',
      RATE_LIMIT_SIGN_UP_ACCOUNT: '2/1h',
    });
    const person = newPerson();
    const again = async (index: number) =>
      ask(app, '/v1/accounts', { json: person, address: `192.0.2.${index}` });
    expect(await statuses(3, again)).toEqual([201, 409, 429]);
    const others = async () =>
      ask(app, '/v1/accounts', { json: newPerson(), address: '198.51.100.1' });
    expect(await statuses(3, others)).toEqual([201, 201, 429]);
  });

  it.each([
    ['believes no X-Forwarded-For unless a proxy is trusted', {}, [401, 401, 429, 429]],
    ['counts what a trusted proxy saw', { TRUSTED_PROXIES: '1' }, [401, 401, 401, 401]],
    ['trusts proxies by range', { TRUSTED_PROXIES: '192.0.2.0/24' }, [401, 401, 401, 401]],
    ['trusts no proxy elsewhere', { TRUSTED_PROXIES: '10.0.0.0/8' }, [401, 401, 429, 429]],
  ])('%s', async (_title, proxies, expected) => {
    const app = await start({ RATE_LIMIT_SIGN_IN_ADDRESS: '2/1h', ...proxies });
    const seen = await statuses(4, async (index) =>
      guess(app, `person_${index}`, { forwardedFor: `203.0.113.${index}` }),
    );
    expect(seen).toEqual(expected);
  });

  it('does not let a client put its own entry in front of what a trusted proxy adds', async () => {
    const app = await start({ RATE_LIMIT_SIGN_IN_ADDRESS: '2/1h', TRUSTED_PROXIES: '1' });
    const seen = await statuses(3, async (index) =>
      guess(app, `person_${index}`, { forwardedFor: `10.9.8.${index}, 203.0.113.7` }),
    );
    expect(seen).toEqual([401, 401, 429]);
  });

  it('counts a signed-in caller by account, wherever from, and anybody else by address', async () => {
    const app = await start({ RATE_LIMIT_CALLER: '5/1h' });
    const [ada, grace] = [await signedIn(app), await signedIn(app)];
    const me = async (token: string, index: number) =>
      ask(app, '/v1/accounts/me', { token, address: `192.0.2.${index}` });
    const seen = await statuses(6, async (index) => me(ada.token, index));
    expect(seen).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await me(grace.token, 1)).status).toBe(200);
    const nobody = async () => ask(app, `/v1/accounts/${ada.id}`, { address: '192.0.2.1' });
    expect(await statuses(6, nobody)).toEqual([200, 200, 200, 200, 200, 429]);
    // A made-up token is nobody's, and gives no fresh count.
    expect((await me('made.up.token', 1)).status).toBe(429);
  });

  it('limits neither health, metrics and the OpenAPI document nor the public keys', async () => {
    const app = await start({ RATE_LIMIT_CALLER: '1/1h' });
    const paths = ['/health/live', '/metrics', '/openapi.json', '/.well-known/jwks.json'];
    for (const path of paths) {
      expect(await statuses(3, async () => ask(app, path))).toEqual([200, 200, 200]);
    }
    expect((await ask(app, '/health/ready')).status).not.toBe(429);
    const unknown = async () => ask(app, '/v1/accounts/0198c1a0-0000-7000-8000-000000000001');
    expect(await statuses(2, unknown)).toEqual([404, 429]);
  });

  it('shows in its metrics what was decided, by no key', async () => {
    const app = await start({ RATE_LIMIT_SIGN_IN_ACCOUNT: '1/1h' });
    await statuses(2, async () => guess(app, 'ada_l'));
    const { response } = await ask(app, '/metrics');
    expect(response.body).toMatch(
      /rate_limit_decisions_total\{limiter="users-limits",policy="sign-in-account",outcome="refused",source="\w+"\} 1/,
    );
    expect(response.body).not.toContain('ada_l');
  });

  it('leaves no e-mail address in Redis, and no key without an expiry', async () => {
    const app = await start({});
    await guess(app, 'ada@example.org');
    const redis = createRedis({ url: stores.redisUrl, name: 'test' });
    await whenReady(redis, 30_000);
    const keys = await redis.keys(`${stores.prefix}:${keySpaces}:{users-limits}*`);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(keys.join()).not.toContain('example.org');
    const expiries = await Promise.all(keys.map(async (key) => redis.pttl(key)));
    await closeRedis(redis);
    expect(Math.min(...expiries)).toBeGreaterThan(0);
  });

  it.each([
    ['is cut off', 'cut'],
    ['does not answer', 'stall'],
  ] as const)('limits by a share, in time, while Redis %s', async (_title, fault) => {
    await using proxy = await faultyProxy(stores.redisUrl);
    const app = await start({
      RATE_LIMIT_REDIS_URL: proxy.url,
      RATE_LIMIT_SIGN_IN_ACCOUNT: '8/1h',
    });
    expect((await guess(app, 'ada_l')).status).toBe(401);
    proxy[fault]();
    const begun = performance.now();
    const seen = await statuses(3, async (index) =>
      guess(app, 'grace_h', { address: `192.0.2.${index}` }),
    );
    // A quarter of the limit, by this process alone.
    expect(seen).toEqual([401, 401, 429]);
    expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
    expect((await ask(app, '/metrics')).response.body).toContain(
      'rate_limit_redis_unavailable{limiter="users-limits"} 1',
    );
    proxy.heal();
    await eventually(async () => {
      await guess(app, 'mary_s');
      const { response } = await ask(app, '/metrics');
      expect(response.body).toContain('rate_limit_redis_unavailable{limiter="users-limits"} 0');
    });
  });
});
