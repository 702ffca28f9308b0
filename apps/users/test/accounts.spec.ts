import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('accounts', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const change = (token: string, json: unknown) =>
    call(app, 'PATCH', '/v1/accounts/me', { token, json });

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  describe('looking at an account', () => {
    it('shows others what is public, and no more', async () => {
      const person = await signedIn(app);
      const { status, body } = await call(app, 'GET', `/v1/accounts/${person.id}`);
      expect(status).toBe(200);
      expect(body).toEqual({
        id: person.id,
        username: person.username,
        displayName: person.displayName,
        bio: null,
        avatarUrl: null,
        version: 1,
        createdAt: expect.any(String),
      });
    });

    it('shows its owner the e-mail address', async () => {
      const person = await signedIn(app);
      const { status, body } = await call(app, 'GET', '/v1/accounts/me', { token: person.token });
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: person.id, email: person.email });
    });

    it('asks who wants to see the own account for a token', async () => {
      const { status, headers } = await call(app, 'GET', '/v1/accounts/me');
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer/);
    });

    it('says that an unknown account is not there', async () => {
      const id = '01890a5d-ac96-774b-bcce-b302099a8057';
      const { status, body } = await call(app, 'GET', `/v1/accounts/${id}`);
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'account_not_found' });
    });
  });

  describe('changing the own account', () => {
    it('changes what is given, leaves the rest, and raises the version', async () => {
      const person = await signedIn(app);
      const avatarUrl = 'https://images.example.org/ada.png';
      const first = await change(person.token, { displayName: 'Countess' });
      expect(first.body).toMatchObject({ displayName: 'Countess', avatarUrl: null, version: 2 });
      const second = await change(person.token, { avatarUrl });
      expect(second.body).toMatchObject({ displayName: 'Countess', avatarUrl, version: 3 });
      const third = await change(person.token, { avatarUrl: null });
      expect(third.body).toMatchObject({ displayName: 'Countess', avatarUrl: null, version: 4 });
      const { body } = await call(app, 'GET', '/v1/accounts/me', { token: person.token });
      expect(body).toEqual(third.body);
      expect(Date.parse(String(body.updatedAt))).toBeGreaterThan(
        Date.parse(String(body.createdAt)),
      );
    });

    it.each([
      ['nothing at all', {}],
      ['what is there already', { displayName: 'Ada Lovelace' }],
    ])('keeps the version when asked to change %s', async (_title, nothing) => {
      const person = await signedIn(app);
      const { status, body } = await change(person.token, nothing);
      expect({ status, version: body.version }).toEqual({ status: 200, version: 1 });
    });

    it('loses no change of many at once', async () => {
      const person = await signedIn(app);
      const names = Array.from({ length: 20 }, (_, index) => `Ada the ${index}.`);
      const answers = await Promise.all(
        names.map((displayName) => change(person.token, { displayName })),
      );
      expect(answers.map(({ body }) => body.version).toSorted(ascending)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 2),
      );
      const last = answers.find(({ body }) => body.version === 21);
      const { body } = await call(app, 'GET', `/v1/accounts/${person.id}`);
      expect(body).toMatchObject({ version: 21, displayName: last?.body.displayName });
    });

    it('keeps both of two changes of different fields at once', async () => {
      const person = await signedIn(app);
      const avatarUrl = 'https://images.example.org/ada.png';
      await Promise.all([
        change(person.token, { displayName: 'Countess' }),
        change(person.token, { avatarUrl }),
      ]);
      const { body } = await call(app, 'GET', `/v1/accounts/${person.id}`);
      expect(body).toMatchObject({ displayName: 'Countess', avatarUrl, version: 3 });
    });

    it.each([
      ['a picture by http:', { avatarUrl: 'http://images.example.org/ada.png' }],
      ['a picture in a data: address', { avatarUrl: 'data:image/png;base64,AAAA' }],
      ['a script in place of a picture', { avatarUrl: 'javascript:alert(1)' }],
      ['a picture behind a password', { avatarUrl: 'https://ada:secret@example.org/ada.png' }],
      ['a picture of 2049 characters', { avatarUrl: `https://example.org/${'a'.repeat(2029)}` }],
      ['an empty display name', { displayName: ' ' }],
      ['another username', { username: 'root' }],
      ['another version', { version: 7 }],
      ['another id', { id: '01890a5d-ac96-774b-bcce-b302099a8057' }],
      ['a role', { role: 'admin' }],
    ])('refuses %s', async (_title, json) => {
      const person = await signedIn(app);
      const { status, body } = await change(person.token, json);
      expect({ status, type: typeof body.code }).toEqual({ status: 400, type: 'string' });
      const view = await call(app, 'GET', `/v1/accounts/${person.id}`);
      expect(view.body.version).toBe(1);
    });
  });
});

function ascending(a: unknown, b: unknown): number {
  return Number(a) - Number(b);
}
