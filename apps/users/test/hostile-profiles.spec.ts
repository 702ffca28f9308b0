import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { naughtyStrings } from './naughty-strings.js';
import { change, patchProfile, readProfile } from './profile-story.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('hostile profiles', () => {
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

  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
  const texts = ['displayName', 'bio', 'avatarUrl'];

  it.each<[string, unknown]>([
    ['a list', []],
    ['a text', 'displayName'],
    ['nothing', null],
    ['another account', { accountId: '01890a5d-ac96-774b-bcce-b302099a8057' }],
    ['another username', { username: 'root' }],
    ['an e-mail address', { email: 'root@example.org' }],
    ['a role', { role: 'admin' }],
    ['a version', { version: 7 }],
    ['a password hash', { passwordHash: '$argon2id$' }],
    ['a nested role', { profile: { role: 'admin' } }],
    ['no display name', { displayName: null }],
    ['a blank display name', { displayName: '\u3164' }],
    ['a bio of 501 characters', { bio: 'a'.repeat(501) }],
    ['a bio that turns what is around it', { bio: 'a\u202eb' }],
    ['a theme of its own', { preferences: { theme: 'hotdog' } }],
    ['an unknown preference', { preferences: { fontSize: 12 } }],
    ['an unknown notification', { preferences: { notifications: { pigeons: true } } }],
    ['a notification that is no truth value', { preferences: { notifications: { likes: 'yes' } } }],
    ['a language that is none', { preferences: { language: 'not a language' } }],
    ['a language with a singleton at its end', { preferences: { language: 'en-x' } }],
    ['preferences that are a list', { preferences: [] }],
    ['metadata that is a list', { metadata: [] }],
    ['metadata that is a text', { metadata: 'a' }],
    ['metadata of 9 levels', { metadata: nested(9) }],
    ['metadata of 501 values', { metadata: { a: Array.from({ length: 500 }, () => 0) } }],
    ['metadata of more than 8 KiB', { metadata: { a: 'é'.repeat(4_100) } }],
    ['a key of 101 characters', { metadata: { ['k'.repeat(101)]: 1 } }],
    ['U+0000 in metadata', { metadata: { a: [{ b: 'a\u0000' }] } }],
    ['U+0000 in a key', { metadata: { 'a\u0000': 1 } }],
    ['a lone surrogate in metadata', { metadata: { a: '\ud800' } }],
    ['a lone surrogate in a key', { metadata: { '\udc00': 1 } }],
    // As JSON 309 digits are few; as PostgreSQL writes them, these are beyond 16 KiB.
    ['numbers that PostgreSQL writes in full', { metadata: { a: Array(60).fill(1e308) } }],
  ])('are refused: %s', async (_what, patch) => {
    const before = await readProfile(app, token);
    const { status, body } = await change(app, token, patch);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'validation_failed' });
    expect((await readProfile(app, token)).body).toEqual(before.body);
  });

  it('are refused for a number that JSON can write and no computer holds', async () => {
    const { statusCode } = await app.inject({
      method: 'PATCH',
      url: '/v1/accounts/me/profile',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/merge-patch+json',
        'if-match': String((await readProfile(app, token)).headers.etag),
      },
      payload: '{"metadata":{"a":1e999}}',
    });
    expect(statusCode).toBe(400);
  });

  it('are bounded however small the patches are that they grow by', async () => {
    const person = await signedIn(app);
    const answers: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const patch = { metadata: { [`part${index}`]: 'x'.repeat(1_000) } };
      answers.push((await change(app, person.token, patch)).status);
    }
    expect(answers).toEqual([...Array(8).fill(200), ...Array(4).fill(400)]);
  });

  it.each([
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    "'; DROP TABLE profiles; --",
    '$1',
    'é',
  ])('hold the key %j as any other', async (key) => {
    const { status, body } = await change(app, token, { metadata: { [key]: { [key]: key } } });
    expect(status).toBe(200);
    expect(Object.entries(body.metadata as object)).toContainEqual([key, { [key]: key }]);
    await change(app, token, { metadata: null });
  });

  it.each(texts)('take naughty strings in %s for text, or refuse them', async (field) => {
    for (const value of naughtyStrings) {
      const { status, body } = await change(app, token, { [field]: value });
      expect({ value, isFine: status === 200 || status === 400 }).toEqual({ value, isFine: true });
      const shown = status === 200 ? body[field] : body.code;
      expect({ value, shown: typeof shown }).toEqual({ value, shown: 'string' });
    }
  });

  it('give naughty strings in metadata back as they were written, or refuse them', async () => {
    let kept = 0;
    for (const value of naughtyStrings) {
      const { status, body } = await change(app, token, {
        metadata: { [`k${value}`.slice(0, 90)]: value },
      });
      expect({ value, isFine: status === 200 || status === 400 }).toEqual({ value, isFine: true });
      if (status !== 200) continue;
      kept += 1;
      expect(Object.values(body.metadata as object)).toContain(value);
      await change(app, token, { metadata: null });
    }
    expect(kept).toBeGreaterThan(30);
  });

  it('are nobody’s but their owner’s', async () => {
    const anonymous = await call(app, 'GET', '/v1/accounts/me/profile');
    expect(anonymous.status).toBe(401);
    const change401 = await patchProfile(app, 'a.b.c', { patch: {}, seen: '"1"' });
    expect(change401.status).toBe(401);
    const other = await signedIn(app);
    await change(app, other.token, { metadata: { mine: true } });
    expect((await readProfile(app, token)).body).not.toMatchObject({ metadata: { mine: true } });
    // There is no way to name somebody else's.
    const foreign = await call(app, 'GET', `/v1/accounts/${other.id}/profile`, { token });
    expect(foreign.status).toBe(404);
  });
});
