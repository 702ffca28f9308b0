import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { call, newPerson, openStores, startUsers, type Stores } from './users-app.js';

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('signing up', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const signUp = (json: unknown) => call(app, 'POST', '/v1/accounts', { json });

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('opens an account and says where it is', async () => {
    const person = newPerson();
    const { status, body, headers } = await signUp(person);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID_V7),
      email: person.email,
      username: person.username,
      emailVerified: false,
      bio: null,
      displayName: person.displayName,
      avatarUrl: null,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: body.createdAt,
    });
    expect(headers.location).toBe(`/v1/accounts/${String(body.id)}`);
    expect((await call(app, 'GET', String(headers.location))).status).toBe(200);
  });

  it('keeps names trimmed and in lower case', async () => {
    const person = newPerson();
    const { body } = await signUp({
      ...person,
      email: `  ${person.email.toUpperCase()} `,
      username: ` ${person.username.toUpperCase()}`,
      displayName: '  Ada  ',
    });
    expect(body).toMatchObject({
      email: person.email,
      username: person.username,
      displayName: 'Ada',
    });
  });

  it('stores the password as an argon2id hash alone', async () => {
    const person = newPerson();
    const { body } = await signUp(person);
    const { rows } = await stores.database.query<{ row: Record<string, unknown> }>(
      'SELECT to_jsonb(accounts) AS row FROM accounts WHERE id = $1',
      [body.id],
    );
    expect(rows[0]?.row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(rows)).not.toContain(person.password);
  });

  it.each([
    [
      'e-mail address',
      'email_taken',
      (person: ReturnType<typeof newPerson>) => ({
        ...newPerson(),
        email: person.email.toUpperCase(),
      }),
    ],
    [
      'username',
      'username_taken',
      (person: ReturnType<typeof newPerson>) => ({
        ...newPerson(),
        username: person.username.toUpperCase(),
      }),
    ],
  ])('refuses a second account with the same %s, in any case', async (_name, code, second) => {
    const person = newPerson();
    expect((await signUp(person)).status).toBe(201);
    const { status, body, headers } = await signUp(second(person));
    expect({ status, code: body.code }).toEqual({ status: 409, code });
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('leaves nothing behind of a refused account', async () => {
    const person = newPerson();
    await signUp(person);
    const second = { ...newPerson(), username: person.username };
    expect((await signUp(second)).status).toBe(409);
    const { rowCount } = await stores.database.query('SELECT FROM accounts WHERE email = $1', [
      second.email,
    ]);
    expect(rowCount).toBe(0);
  });

  it.each(['email', 'username'] as const)(
    'lets one of 20 people who want the same %s at once have it',
    async (field) => {
      const wanted = newPerson()[field];
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => signUp({ ...newPerson(), [field]: wanted })),
      );
      const count = (status: number) => answers.filter((answer) => answer.status === status);
      expect([count(201).length, count(409).length]).toEqual([1, 19]);
      expect(new Set(count(409).map(({ body }) => body.code))).toEqual(new Set([`${field}_taken`]));
    },
  );

  it.each([
    ['a username of 3 characters', { username: 'a_1' }],
    ['a username of 30 characters', { username: 'u'.repeat(30) }],
    ['a password of 8 characters', { password: '8 marks.' }],
    ['a password of 128 characters', { password: 'p'.repeat(128) }],
    ['a password of any script', { password: 'пароль🐎电池' }],
    ['a display name of 1 character', { displayName: 'A' }],
    ['a display name of 80 characters', { displayName: 'é'.repeat(80) }],
  ])('takes %s', async (_title, change) => {
    expect((await signUp({ ...newPerson(), ...change })).status).toBe(201);
  });

  it.each([
    ['a username of 2 characters', { username: 'a1' }],
    ['a username of 31 characters', { username: 'u'.repeat(31) }],
    ['a username with a space', { username: 'ada lovelace' }],
    ['a username with a dot', { username: 'ada.lovelace' }],
    ['a username with a letter beyond ASCII', { username: 'adä' }],
    ['a password of 7 characters', { password: '1234567' }],
    ['a password of 129 characters', { password: 'p'.repeat(129) }],
    ['the most common password of 8 characters', { password: '12345678' }],
    ['a common password in other letters', { password: 'PassWord1' }],
    ['a common password in full width', { password: '\uff50\uff41ssword1' }],
    ['a display name of 81 characters', { displayName: 'a'.repeat(81) }],
    ['an empty display name', { displayName: '' }],
    ['a display name of spaces', { displayName: '   ' }],
    ['a display name nobody can see', { displayName: '\u200b\u200d' }],
    ['a display name with a line end', { displayName: 'Ada\nLovelace' }],
    ['a display name that turns the text around it', { displayName: 'Ada \u202e ecalevoL' }],
    ['an e-mail address without a host', { email: 'ada@' }],
    ['an e-mail address with two signs', { email: 'ada@b@example.org' }],
    ['an e-mail address of 255 characters', { email: `${'a'.repeat(243)}@example.org` }],
    ['a role of one’s own choice', { role: 'admin' }],
  ])('refuses %s, and says where it is wrong', async (_title, change) => {
    const { status, body } = await signUp({ ...newPerson(), ...change });
    const [field = ''] = Object.keys(change);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'validation_failed' });
    expect(body.errors).toContainEqual(expect.objectContaining({ in: 'body', path: `$.${field}` }));
  });
});
