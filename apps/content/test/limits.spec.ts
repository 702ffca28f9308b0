import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, faultyProxy } from '@trilith/testing';

import { type Environment, Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

let platform: Platform;
let author: Person;
let postId: string;
let keySpaces = 0;

/** A replica of its own counts: no test takes what another has. */
async function replica(limits: Environment): Promise<Replica> {
  keySpaces += 1;
  const MESSAGING_PREFIX = `${platform.redis.prefix}:${keySpaces}`;
  return platform.replica({ MESSAGING_PREFIX, ...limits });
}

beforeAll(async () => {
  platform = await Platform.start();
  author = await platform.issuer.person();
  postId = (await (await platform.replica()).published(author)).id;
});
afterAll(async () => platform[Symbol.asyncDispose]());

describe('limits', () => {
  it.each([
    ['posts', '/v1/posts', { title: 'A title', content: 'Some content' }, 201],
    ['comments', '/v1/posts/:id/comments', { text: 'a comment' }, 201],
    ['likes', '/v1/posts/:id/likes', undefined, 200],
  ])('should refuse an account more %s than its share', async (what, path, body, written) => {
    const content = await replica({ [`RATE_LIMIT_${what.toUpperCase()}`]: '2/1h' });
    const [ada, grace] = await platform.issuer.people(2);
    const write = async (as: Person | undefined) =>
      content.post(path.replace(':id', postId), { ...(as && { as }), body });

    const statuses = [(await write(ada)).status, (await write(ada)).status];
    const refused = await write(ada);

    expect(statuses).toEqual([written, written]);
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', facts: { policy: what, limit: 2, remaining: 0 } },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-policy']).toContain(`"${what}";q=2;w=3600`);
    expect((await write(grace)).status).toBe(written);
    expect((await write(undefined)).status).toBe(401);
  });

  it('should count a signed-in reader by account, and anybody else by address', async () => {
    const content = await replica({ RATE_LIMIT_CALLER: '3/1h' });
    const reader = await platform.issuer.person();
    const read = async (remoteAddress: string, headers: Record<string, string> = {}) => {
      const url = `/v1/posts/${postId}`;
      return (await content.app.inject({ url, remoteAddress, headers })).statusCode;
    };

    const signedIn: number[] = [];
    for (let host = 1; host <= 4; host += 1) {
      signedIn.push(await read(`192.0.2.${host}`, { ...reader.headers }));
    }
    const anonymous: number[] = [];
    for (let host = 1; host <= 4; host += 1) {
      anonymous.push(await read('198.51.100.1', { 'x-forwarded-for': `203.0.113.${host}` }));
    }

    expect(signedIn).toEqual([200, 200, 200, 429]);
    expect(anonymous).toEqual([200, 200, 200, 429]);
    expect(await read('198.51.100.2')).toBe(200);
  });

  it('should not limit health and metrics', async () => {
    const content = await replica({ RATE_LIMIT_CALLER: '1/1h' });
    const statuses: number[] = [];
    for (const url of ['/health/live', '/health/live', '/metrics', '/metrics']) {
      statuses.push((await content.app.inject({ url })).statusCode);
    }

    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  it('should tell readers apart by the address that a trusted proxy saw', async () => {
    const visitorsOf = async (environment: Environment) => {
      const content = await platform.replica(environment);
      const { id } = await content.published(author);
      for (const client of ['203.0.113.1', '203.0.113.2', '203.0.113.1']) {
        await content.get(`/v1/posts/${id}`, { 'x-forwarded-for': client });
      }
      return eventually(async () => {
        const views = await platform.events<{ visitor: string }>('posts.viewed', id);
        expect(views).toHaveLength(3);
        return new Set(views.map(({ visitor }) => visitor)).size;
      });
    };

    expect(await visitorsOf({})).toBe(1);
    expect(await visitorsOf({ TRUSTED_PROXIES: '1' })).toBe(2);
  });

  it('should answer, by a share of the limits, while their Redis does not', async () => {
    await using proxy = await faultyProxy(platform.redis.url);
    const content = await replica({ RATE_LIMIT_REDIS_URL: proxy.url, RATE_LIMIT_LIKES: '8/1h' });
    const reader = await platform.issuer.person();
    proxy.stall();

    const statuses: number[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      statuses.push((await content.post(`/v1/posts/${postId}/likes`, { as: reader })).status);
    }

    expect(statuses).toEqual([200, 200, 429]);
    proxy.heal();
  });
});
