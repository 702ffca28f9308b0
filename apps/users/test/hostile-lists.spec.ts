import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { naughtyStrings } from './naughty-strings.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

/** SQL and what else a query could be made of, to be put wherever a client may put a text. */
const INJECTIONS = [
  "' OR '1'='1",
  "'; DROP TABLE accounts; --",
  "1' AND pg_sleep(5)--",
  'created_at; DELETE FROM accounts',
  'email',
  'password_hash',
  'account.email DESC',
  '(SELECT email FROM accounts LIMIT 1)',
  'newest,email',
  '$1',
  '$2::text',
  "\\'; SELECT 1 --",
  "U&'\\0027'",
  '/**/UNION/**/SELECT/**/email/**/FROM/**/accounts',
  '__proto__',
  'constructor',
  'toString',
];

const lists = [
  { path: '/v1/accounts', fields: ['sort', 'limit', 'cursor'] },
  { path: '/v1/accounts/search?q=ada', fields: ['q', 'limit', 'cursor'] },
  {
    path: '/v1/accounts/by-profile?preferences=%7B%22theme%22%3A%22dark%22%7D',
    fields: ['preferences', 'metadata', 'limit', 'cursor'],
  },
];
const fields = lists.flatMap(({ path, fields: names }) => names.map((field) => ({ path, field })));

describe('hostile questions to lists', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let token: string;
  const SECRET = 'nobody.may.see@secret.example.org';

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    await signedIn(app, { ...newPerson(), email: SECRET });
    const person = newPerson();
    await signedIn(app, person);
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE username = $1", [
      person.username,
    ]);
    const { username: login, password } = person;
    const session = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
    token = String(session.body.accessToken);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  /** What a question is answered by, and what must never be in any answer. */
  const ask = async (path: string, field: string, value: string) => {
    const [base = '', query = ''] = path.split('?');
    const asked = new URLSearchParams(query);
    asked.set(field, value);
    const { statusCode, payload, headers } = await app.inject({
      method: 'GET',
      url: `${base}?${asked}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect({ field, value, payload }).not.toMatchObject({
      payload: expect.stringMatching(
        /secret\.example|argon2|QueryFailed|syntax error|SELECT .* FROM|node_modules|violates/,
      ),
    });
    const isFine =
      statusCode === 200 ||
      (statusCode === 400 && String(headers['content-type']).includes('problem+json'));
    expect({ field, value, statusCode, isFine }).toMatchObject({ isFine: true });
    return statusCode;
  };

  it.each(fields)('in $field of $path are no SQL', async ({ path, field }) => {
    for (const value of INJECTIONS) {
      const status = await ask(path, field, value);
      const refused = field === 'q' ? [200, 400] : [400];
      expect({ value, isFine: refused.includes(status) }).toEqual({ value, isFine: true });
    }
    const { rows } = await stores.database.query('SELECT FROM accounts');
    expect(rows).toHaveLength(2);
  });

  it.each(fields)('in $field of $path may be any text', async ({ path, field }) => {
    for (const value of naughtyStrings) await ask(path, field, value);
  });

  it.each(['0', '-1', '101', '1e1', '0x10', ' 7', '7.5', '', '999999999999999999999'])(
    'refuse the limit %j',
    async (limit) => {
      for (const { path } of lists) expect(await ask(path, 'limit', limit)).toBe(400);
    },
  );

  it.each(['email', 'role', 'where', 'order', 'select', 'offset', 'filter[role]', 'id'])(
    'know no parameter %s',
    async (field) => {
      for (const { path } of lists) expect(await ask(path, field, 'admin')).toBe(400);
    },
  );

  it.each([
    ['marks of words alone', '\u0301\u0301\u0301'],
    ['what is folded to nothing', '\u02b9\u02ba'],
    ['what is folded to a quote', 'ʼʼʼ ʼor ʼ1'],
    ['what is folded to a pattern', '％％％'],
    ['what is folded to an operator', '！＆｜（）：＊＜－＞'],
    ['operators of full-text search', "a & b | !c <-> 'd':*ABCD (e"],
    ['a phrase of websearch', '"ada lovelace" -grace OR x'],
    ['stop words alone', 'the and der die das und'],
    ['a host, an address and a path', 'http://a.example.org/b?c=d a@b.example.org /etc/passwd'],
    ['numbers', '1 -1 1.5 1e10 0x1f'],
    ['an entity and a tag', '&amp; <b>ada</b>'],
    ['a hundred words', Array(50).fill('a').join(' ')],
    ['a hundred marks on one letter', `Z${'\u0351'.repeat(99)}`],
    ['wide letters', 'ＡＤＡ　ＬＯＶＥ'],
    ['ligatures', 'ﬁﬀ ﷺ ㍿'],
  ])('may be %s', async (_what, q) => {
    const status = await ask('/v1/accounts/search', 'q', q);
    expect([200, 400]).toContain(status);
  });
});

describe('who may ask', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  const tokens: Record<string, string | undefined> = {};
  let memberId: string;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    const [member, chief] = [newPerson(), newPerson()];
    ({ token: tokens.member, id: memberId } = await signedIn(app, member));
    await signedIn(app, chief);
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE username = $1", [
      chief.username,
    ]);
    const { username: login, password } = chief;
    const session = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
    tokens.admin = String(session.body.accessToken);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it.each([
    ['/v1/accounts', { nobody: 401, member: 200, admin: 200 }],
    ['/v1/accounts?sort=name', { nobody: 401, member: 200, admin: 200 }],
    ['/v1/accounts?sort=last_sign_in', { nobody: 401, member: 403, admin: 200 }],
    ['/v1/accounts/search?q=ada', { nobody: 401, member: 200, admin: 200 }],
    [
      '/v1/accounts/by-profile?metadata=%7B%22a%22%3A1%7D',
      { nobody: 401, member: 403, admin: 200 },
    ],
    ['/v1/accounts/me/profile', { nobody: 401, member: 200, admin: 200 }],
    ['/v1/accounts/OTHER', { nobody: 200, member: 200, admin: 200 }],
    // No route leads to what is another's: not its profile, not its activity.
    ['/v1/accounts/OTHER/profile', { nobody: 404, member: 404, admin: 404 }],
    ['/v1/accounts/OTHER/activity', { nobody: 404, member: 404, admin: 404 }],
  ])('at %s', async (path, expected) => {
    const answers: Record<string, number> = {};
    for (const who of Object.keys(expected)) {
      const token = tokens[who];
      const url = path.replace('OTHER', memberId);
      const { status, body } = await call(app, 'GET', url, token === undefined ? {} : { token });
      answers[who] = status;
      expect(JSON.stringify(body)).not.toMatch(/@example|argon2/);
    }
    expect(answers).toEqual(expected);
  });
});
