import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { change, patchProfile, readProfile } from './profile-story.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('profiles', () => {
  let stores: Stores;
  let near: NestFastifyApplication;
  let far: NestFastifyApplication;

  beforeAll(async () => {
    stores = await openStores();
    [near, far] = await Promise.all([startUsers(stores), startUsers(stores)]);
  });

  afterAll(async () => {
    await Promise.all([near?.close(), far?.close()]);
    await stores?.close();
  });

  const stored = async (id: string) => {
    const { rows } = await stores.database.query<Record<string, unknown>>(
      'SELECT display_name, bio, avatar_url, preferences, metadata FROM profiles WHERE account_id = $1',
      [id],
    );
    return rows[0];
  };

  it('begin with a name alone, and tell their version', async () => {
    const person = await signedIn(near);
    const { status, body, headers } = await readProfile(near, person.token);
    expect(status).toBe(200);
    expect(body).toEqual({
      accountId: person.id,
      username: person.username,
      displayName: person.displayName,
      bio: null,
      avatarUrl: null,
      preferences: {},
      metadata: {},
      version: 1,
      updatedAt: expect.any(String),
    });
    expect(headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
  });

  it('change by merge patches, one version after the other', async () => {
    const { id, token } = await signedIn(near);
    const avatarUrl = 'https://images.example.org/ada.png';
    const first = await change(near, token, {
      displayName: 'Countess',
      bio: 'Notes\non engines. ',
      avatarUrl,
      preferences: { theme: 'dark', language: 'PT-br', notifications: { likes: false } },
      metadata: { tour: { step: 3, seen: ['a', 'b'] }, plan: 'free' },
    });
    expect(first.body).toMatchObject({ version: 2, bio: 'Notes\non engines.' });
    expect(first.headers.etag).toBe('"2"');
    const second = await change(far, token, {
      bio: null,
      preferences: { theme: null, notifications: { comments: true, likes: null } },
      metadata: { tour: { step: 4, seen: ['c'] }, plan: null, new: { deep: null } },
    });
    expect(second.body).toMatchObject({
      displayName: 'Countess',
      bio: null,
      avatarUrl,
      preferences: { language: 'pt-BR', notifications: { comments: true } },
      metadata: { tour: { step: 4, seen: ['c'] }, new: {} },
      version: 3,
    });
    expect((await readProfile(near, token)).body).toEqual(second.body);
    expect(await stored(id)).toEqual({
      display_name: 'Countess',
      bio: null,
      avatar_url: avatarUrl,
      preferences: { language: 'pt-BR', notifications: { comments: true } },
      metadata: { tour: { step: 4, seen: ['c'] }, new: {} },
    });
    const third = await change(near, token, { preferences: null, metadata: null });
    expect(third.body).toMatchObject({ preferences: {}, metadata: {}, version: 4 });
  });

  it('show name, bio and picture to everybody at once, and the rest to nobody', async () => {
    const { id, token } = await signedIn(near);
    await call(near, 'GET', `/v1/accounts/${id}`);
    const patch = { bio: 'Hello', preferences: { theme: 'dark' }, metadata: { secret: 'plans' } };
    await change(near, token, patch);
    const { body } = await call(near, 'GET', `/v1/accounts/${id}`);
    expect(body).toMatchObject({ bio: 'Hello', version: 2 });
    expect(JSON.stringify(body)).not.toMatch(/dark|plans|preferences|metadata|@/);
  });

  it('tell other services of each change, with preferences and without metadata', async () => {
    const { id, token } = await signedIn(near);
    await change(near, token, { preferences: { theme: 'dark' }, metadata: { secret: 'plans' } });
    const { rows } = await stores.database.query<{ payload: Record<string, unknown> }>(
      "SELECT payload FROM outbox WHERE key = $1 AND topic = 'accounts.updated'",
      [id],
    );
    expect(rows.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ version: 2, preferences: { theme: 'dark' } }),
    ]);
    expect(JSON.stringify(rows)).not.toContain('plans');
  });

  it.each([
    ['nothing', {}],
    ['what is there already', { displayName: 'Ada Lovelace', preferences: {}, metadata: {} }],
    ['the removal of what is not there', { bio: null, metadata: { a: null }, avatarUrl: null }],
  ])('keep their version when patched with %s', async (_what, patch) => {
    const { id, token } = await signedIn(near);
    const { status, body } = await change(near, token, patch);
    expect({ status, version: body.version }).toEqual({ status: 200, version: 1 });
    const { rows } = await stores.database.query('SELECT FROM outbox WHERE key = $1', [id]);
    expect(rows).toHaveLength(1);
  });

  describe('of a version that is no longer there', () => {
    it('are not changed: of many who saw the same one, at two replicas, one wins', async () => {
      const { token } = await signedIn(near);
      const { headers } = await readProfile(near, token);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          patchProfile(index % 2 === 0 ? near : far, token, {
            seen: String(headers.etag),
            patch: { metadata: { [`from${index}`]: true } },
          }),
        ),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
      const { body } = await readProfile(far, token);
      expect(body).toEqual(won[0]?.body);
      expect(Object.keys(body.metadata as object)).toHaveLength(1);
    });

    it('lose no change of those who read again and try again', async () => {
      const { token } = await signedIn(near);
      const count = async (app: NestFastifyApplication): Promise<void> => {
        for (;;) {
          const { body, headers } = await readProfile(app, token);
          const { count: before = 0 } = body.metadata as { count?: number };
          const patch = { metadata: { count: before + 1 } };
          const { status } = await patchProfile(app, token, { patch, seen: String(headers.etag) });
          if (status === 200) return;
          expect(status).toBe(412);
        }
      };
      await Promise.all(Array.from({ length: 10 }, (_, index) => count(index % 2 ? near : far)));
      const { body } = await readProfile(near, token);
      expect(body).toMatchObject({ metadata: { count: 10 }, version: 11 });
    });

    it('are not changed past a change of the account either, and the other way round', async () => {
      const { token } = await signedIn(near);
      await call(near, 'PATCH', '/v1/accounts/me', { token, json: { displayName: 'Other' } });
      const late = await patchProfile(far, token, { patch: { bio: 'x' }, seen: '"1"' });
      expect({ status: late.status, facts: late.body.facts }).toEqual({
        status: 412,
        facts: { current: '"2"' },
      });
      const headers = { 'if-match': '"1"' };
      const json = { displayName: 'Third' };
      const account = await call(far, 'PATCH', '/v1/accounts/me', { token, json, headers });
      expect(account.status).toBe(412);
      const own = await call(near, 'GET', '/v1/accounts/me', { token });
      expect([own.body.displayName, own.headers.etag]).toEqual(['Other', '"2"']);
    });

    it.each(['', '*'])('are not changed by who does not say which: %j', async (seen) => {
      const { token } = await signedIn(near);
      const { status } = await patchProfile(near, token, { patch: { bio: 'x' }, seen });
      expect(status).toBe(428);
      expect((await readProfile(near, token)).body).toMatchObject({ bio: null, version: 1 });
    });
  });
});
