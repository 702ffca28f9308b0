import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { hash } from '@node-rs/argon2';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';

import { call, newPerson, openStores, startUsers, type Stores } from './users-app.js';

describe('sessions', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  const person = newPerson();
  let accountId: string;

  const signIn = (json: unknown) => call(app, 'POST', '/v1/sessions', { json });

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    const { body } = await call(app, 'POST', '/v1/accounts', { json: person });
    accountId = String(body.id);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it.each([
    ['the username', () => person.username],
    ['the e-mail address', () => person.email],
    ['the username in other case, with spaces around', () => ` ${person.username.toUpperCase()} `],
    ['the e-mail address in other case', () => person.email.toUpperCase()],
  ])('lets a person in by %s', async (_name, login) => {
    const { status, body, headers } = await signIn({ login: login(), password: person.password });
    expect(status).toBe(201);
    expect(body).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{75}$/),
      refreshExpiresIn: expect.any(Number),
      sessionId: expect.any(String),
      accountId,
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('gives a token that anybody can verify by the published keys alone', async () => {
    const { body } = await signIn({ login: person.username, password: person.password });
    const keys = await call(app, 'GET', '/.well-known/jwks.json');
    const { payload, protectedHeader } = await jwtVerify(
      String(body.accessToken),
      createLocalJWKSet(keys.body as unknown as JSONWebKeySet),
      { algorithms: ['EdDSA'], issuer: 'trilith', audience: 'trilith', typ: 'at+jwt' },
    );
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: accountId, roles: ['member'], jti: expect.any(String) });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
  });

  it('notes when an account signed in last, and nothing of an attempt that is refused', async () => {
    const newcomer = newPerson();
    await call(app, 'POST', '/v1/accounts', { json: newcomer });
    const login = newcomer.username;
    const last = async () => {
      const { rows } = await stores.database.query<{ at: Date | null; version: number }>(
        'SELECT last_signed_in_at AS at, version FROM accounts WHERE username = $1',
        [login],
      );
      return rows[0];
    };
    await signIn({ login, password: 'wrong horse battery' });
    expect(await last()).toEqual({ at: null, version: 1 });
    await signIn({ login, password: newcomer.password });
    const first = await last();
    expect(first).toEqual({ at: expect.any(Date), version: 1 });
    await signIn({ login, password: newcomer.password });
    expect(Number((await last())?.at)).toBeGreaterThan(Number(first?.at));
  });

  it('gives each token an id of its own', async () => {
    const both = await Promise.all([
      signIn({ login: person.username, password: person.password }),
      signIn({ login: person.username, password: person.password }),
    ]);
    expect(new Set(both.map(({ body }) => body.accessToken)).size).toBe(2);
  });

  it('puts the role of the account into the token', async () => {
    const admin = newPerson();
    await call(app, 'POST', '/v1/accounts', { json: admin });
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE username = $1", [
      admin.username,
    ]);
    const { body } = await signIn({ login: admin.username, password: admin.password });
    const [, claims = ''] = String(body.accessToken).split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      roles: ['admin'],
    });
  });

  it.each([
    ['a wrong password', () => ({ login: person.username, password: 'wrong horse battery' })],
    [
      'a password in other case',
      () => ({
        login: person.username,
        password: person.password.toUpperCase(),
      }),
    ],
    [
      'a password with a space too many',
      () => ({
        login: person.username,
        password: `${person.password} `,
      }),
    ],
    ['an unknown username', () => ({ login: 'nobody_at_all', password: person.password })],
    ['an unknown e-mail address', () => ({ login: 'no@example.org', password: person.password })],
    ['a display name', () => ({ login: person.displayName, password: person.password })],
    ['a pattern in place of a name', () => ({ login: '%', password: person.password })],
  ])('answers %s alike', async (_title, credentials) => {
    const { status, body, headers } = await signIn(credentials());
    expect(status).toBe(401);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    const { correlationId, ...problem } = body;
    expect(typeof correlationId).toBe('string');
    expect(problem).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      status: 401,
      code: 'credentials_invalid',
      detail: expect.any(String),
      instance: '/v1/sessions',
    });
  });

  it('checks a password for an unknown account too, so that time tells nothing', async () => {
    const narrow = await startUsers(stores, { PASSWORD_CONCURRENCY: '1', PASSWORD_QUEUE: '0' });
    try {
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          call(narrow, 'POST', '/v1/sessions', {
            json: { login: `nobody_${index}`, password: 'correct horse battery' },
          }),
        ),
      );
      // Whoever was refused for lack of room had work to do that could not be done at once.
      expect(answers.map(({ status }) => status)).toContain(503);
      expect(answers.map(({ status }) => status)).toContain(401);
    } finally {
      await narrow.close();
    }
  });

  it('answers a flood with 503 and Retry-After, and serves on', async () => {
    const narrow = await startUsers(stores, { PASSWORD_CONCURRENCY: '1', PASSWORD_QUEUE: '2' });
    try {
      const credentials = { login: person.username, password: person.password };
      const answers = await Promise.all(
        Array.from({ length: 30 }, () =>
          call(narrow, 'POST', '/v1/sessions', { json: credentials }),
        ),
      );
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      for (const { body, headers } of refused) {
        expect(body.code).toBe('unavailable');
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(30 - refused.length);
      expect((await call(narrow, 'POST', '/v1/sessions', { json: credentials })).status).toBe(201);
    } finally {
      await narrow.close();
    }
  });

  it('hashes a password anew when it was stored with weaker parameters', async () => {
    const veteran = newPerson();
    await call(app, 'POST', '/v1/accounts', { json: veteran });
    const weak = await hash(veteran.password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await stores.database.query('UPDATE accounts SET password_hash = $2 WHERE username = $1', [
      veteran.username,
      weak,
    ]);
    const credentials = { login: veteran.username, password: veteran.password };
    expect((await signIn(credentials)).status).toBe(201);
    const { rows } = await stores.database.query<{ password_hash: string; version: number }>(
      'SELECT password_hash, version FROM accounts WHERE username = $1',
      [veteran.username],
    );
    expect(rows[0]?.password_hash).toContain('$m=19456,t=2,p=1$');
    expect(rows[0]?.version).toBe(1);
    expect((await signIn(credentials)).status).toBe(201);
  });
});
