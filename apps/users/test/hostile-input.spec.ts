import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { naughtyStrings } from './naughty-strings.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

const LARGEST_BODY = 512 * 1024;

/** Every route that takes a body, with one that it accepts. */
const writes: { method: Method; url: string; good: () => Record<string, unknown> }[] = [
  { method: 'POST', url: '/v1/accounts', good: newPerson },
  {
    method: 'POST',
    url: '/v1/sessions',
    good: () => ({ login: 'nobody', password: 'correct horse battery', code: '123456' }),
  },
  {
    method: 'POST',
    url: '/v1/sessions/refresh',
    good: () => ({ refreshToken: 'a'.repeat(75) }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/second-factor',
    good: () => ({ currentPassword: 'not the password' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/second-factor/confirmation',
    good: () => ({ code: '123456' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/second-factor/recovery-codes',
    good: () => ({ currentPassword: 'not the password', code: '123456' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/second-factor/removal',
    good: () => ({ currentPassword: 'not the password', code: '123456' }),
  },
  {
    method: 'PATCH',
    url: '/v1/accounts/me',
    good: () => ({ displayName: 'Ada', avatarUrl: 'https://example.org/a.png' }),
  },
  { method: 'PUT', url: '/v1/accounts/me/username', good: () => ({ username: 'ada_king' }) },
  {
    method: 'PUT',
    url: '/v1/accounts/me/email',
    good: () => ({ email: 'ada@example.org', currentPassword: 'not the password' }),
  },
  {
    method: 'PUT',
    url: '/v1/accounts/me/password',
    good: () => ({ currentPassword: 'not the password', newPassword: 'correct horse' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/deactivation',
    good: () => ({ currentPassword: 'not the password' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/me/erasure',
    good: () => ({ currentPassword: 'not the password' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/email-confirmations',
    good: () => ({ token: 'a'.repeat(64) }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/password-resets',
    good: () => ({ email: 'ada@example.org' }),
  },
  {
    method: 'POST',
    url: '/v1/accounts/password-resets/confirmation',
    good: () => ({ token: 'a'.repeat(64), newPassword: 'correct horse' }),
  },
];

const fields = writes.flatMap((write) =>
  Object.keys(write.good()).map((field) => ({ ...write, field })),
);

describe('hostile input', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let token: string;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    ({ token } = await signedIn(app));
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  /** The status of a good answer or of a problem; 'no problem' for an error in another form. */
  async function send(method: Method, url: string, payload?: string | Buffer, type?: string) {
    const { statusCode, headers, body } = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${token}`,
        ...(payload !== undefined && { 'content-type': type ?? 'application/json' }),
      },
      ...(payload !== undefined && { payload }),
    });
    if (statusCode < 400) return statusCode;
    if (!String(headers['content-type']).startsWith('application/problem+json'))
      return 'no problem';
    const problem = JSON.parse(body) as { status: number; code?: string };
    return problem.status === statusCode && problem.code ? statusCode : 'no problem';
  }

  describe.each(writes)('in the body of $method $url', ({ method, url }) => {
    it.each([
      ['nothing', ''],
      ['half of an object', '{"displayName":'],
      ['no JSON', 'displayName=Ada'],
      ['null', 'null'],
      ['a number', '42'],
      ['a text', '"Ada"'],
      ['a list', '[{"displayName":"Ada"}]'],
      ['an unknown field', '{"displayName":"Ada","isAdmin":true}'],
      ['a prototype', '{"displayName":"Ada","__proto__":{"role":"admin"}}'],
      ['a constructor', '{"constructor":{"prototype":{"role":"admin"}}}'],
      ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
      ['bytes that are no UTF-8', Buffer.from('{"\xff\xc0":"\xfe"}', 'latin1')],
    ])('refuses %s', async (_title, payload) => {
      expect(await send(method, url, payload)).toBe(400);
    });

    it('refuses more than it takes', async () => {
      const payload = JSON.stringify({ displayName: 'a'.repeat(2_000_000) });
      expect(await send(method, url, payload)).toBe(413);
    });

    it.each([
      'text/plain',
      'text/csv',
      'application/xml',
      'application/x-www-form-urlencoded',
      'nonsense',
    ])('refuses %s', async (type) => {
      expect(await send(method, url, '{"displayName":"Ada"}', type)).toBe(415);
    });
  });

  describe.each(fields)('in the field $field of $method $url', ({ method, url, good, field }) => {
    it.each([
      ['a number', 42],
      ['a truth value', true],
      ['a list', ['Ada']],
      ['an object', { $ne: '' }],
      ['an object that acts as text', { toString: 'Ada', length: 8 }],
      ['U+0000', 'a\u0000bcdefghi'],
      ['a lone surrogate', 'abcdefgh\ud800'],
      ['200 kB of text', 'a'.repeat(200_000)],
      ['a megabyte of text', 'a'.repeat(1_000_000)],
    ])('refuses %s', async (_title, value) => {
      const payload = JSON.stringify({ ...good(), [field]: value });
      expect(await send(method, url, payload)).toBe(payload.length > LARGEST_BODY ? 413 : 400);
    });

    it('takes naughty strings for text, or refuses them', async () => {
      for (const value of naughtyStrings) {
        const status = await send(method, url, JSON.stringify({ ...good(), [field]: value }));
        expect({ value, status }).toEqual({ value, status: expect.any(Number) });
        expect({ value, fine: Number(status) < 500 }).toEqual({ value, fine: true });
      }
    });
  });

  it.each([
    'https://example.org/a\u0000b.png',
    'https://example.org/a\nb.png',
    'https://example.org/\ud800.png',
    'javascript:alert(1)',
    'https://ada:secret@example.org/a.png',
    'http://example.org/a.png',
  ])('refuses the avatar address %j and keeps what was there', async (avatarUrl) => {
    const before = await call(app, 'GET', '/v1/accounts/me', { token });
    const change = await call(app, 'PATCH', '/v1/accounts/me', { token, json: { avatarUrl } });
    expect(change.status).toBe(400);
    const after = await call(app, 'GET', '/v1/accounts/me', { token });
    expect(after.body).toEqual(before.body);
  });

  it.each(['\u3164', '\u200b\u200d', '\u2800', '\u115f'])(
    'refuses the display name %j, which shows nothing',
    async (displayName) => {
      const change = await call(app, 'PATCH', '/v1/accounts/me', { token, json: { displayName } });
      expect(change.status).toBe(400);
    },
  );

  it.each(["Robert'); DROP TABLE accounts;--", '<b>Ada</b>', '👩‍👩‍👧‍👧 田中', '$1 %s \\', '__proto__'])(
    'gives the display name %s back as it was written',
    async (displayName) => {
      const change = await call(app, 'PATCH', '/v1/accounts/me', { token, json: { displayName } });
      expect(change.body.displayName).toBe(displayName);
      const { body } = await call(app, 'GET', '/v1/accounts/me', { token });
      expect(body.displayName).toBe(displayName);
    },
  );

  it.each([
    '1',
    'undefined',
    'not-a-uuid',
    '01890a5d-ac96-774b-bcce-b302099a805',
    '01890a5d-ac96-774b-bcce-b302099a80577',
    "1'%20OR%20'1'='1",
    '%00',
    '..%2f..%2fetc',
    '%f0%9f%92%a5',
    '%ff',
  ])('refuses the account id %s', async (id) => {
    expect(await send('GET', `/v1/accounts/${id}`)).toBe(400);
  });

  it.each(['1', 'not-a-uuid', "1'%20OR%20'1'='1", '%00', '%ff'])(
    'refuses the session id %s',
    async (id) => {
      expect(await send('DELETE', `/v1/sessions/${id}`)).toBe(400);
    },
  );

  it('refuses an account id of 5,000 characters', async () => {
    expect(await send('GET', `/v1/accounts/${'a'.repeat(5_000)}`)).toBe(414);
  });

  it('knows no other routes and methods', async () => {
    expect(await send('GET', '/v1/nothing')).toBe(404);
    expect(await send('PATCH', '/v1/accounts')).toBe(405);
  });
});
