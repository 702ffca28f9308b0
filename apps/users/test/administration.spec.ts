import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 as uuidv7 } from 'uuid';

import { refresh, signedUp, signIn } from './session-story.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

type Signed = Awaited<ReturnType<typeof signedIn>>;

describe('administration', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let admin: Signed;

  const setRole = async (id: string, role: string) =>
    stores.database.query('UPDATE accounts SET role = $2 WHERE id = $1', [id, role]);
  /** Signed in again, for the access token to say so. */
  const newAdmin = async () => {
    const person = await signedIn(app);
    await setRole(person.id, 'admin');
    const { accessToken: token } = await signIn(app, person);
    return { ...person, token };
  };
  const ask = async (
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    { token, json }: { token?: string; json?: object } = {},
  ) =>
    call(app, method, `/v1/admin/accounts${path}`, {
      token: token ?? admin.token,
      ...(json && { json }),
    });

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });
  beforeEach(async () => {
    await stores.database.query(`UPDATE accounts SET role = 'member'`);
    admin = await newAdmin();
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  const routes = (id: string): ['GET' | 'PUT' | 'DELETE', string, object?][] => [
    ['GET', ''],
    ['GET', `/${id}`],
    ['PUT', `/${id}/lock`, {}],
    ['DELETE', `/${id}/lock`],
    ['PUT', `/${id}/role`, { role: 'admin' }],
  ];

  it('is for admins alone, whoever the account is of', async () => {
    const [member, other] = [await signedIn(app), await signedIn(app)];
    for (const id of [member.id, other.id, uuidv7()]) {
      for (const [method, path, json] of routes(id)) {
        const asMember = await ask(method, path, { token: member.token, ...(json && { json }) });
        expect([asMember.status, asMember.body.code]).toEqual([403, 'role_missing']);
        const url = `/v1/admin/accounts${path}`;
        expect((await call(app, method, url, json && { json })).status).toBe(401);
      }
    }
  });

  it('is no longer for an admin who lost the role, though the access token still tells of it', async () => {
    const former = await newAdmin();
    await setRole(former.id, 'member');
    for (const [method, path, json] of routes(admin.id)) {
      const answer = await ask(method, path, { token: former.token, ...(json && { json }) });
      expect([answer.status, answer.body.code]).toEqual([403, 'role_missing']);
    }
  });

  it('finds accounts by e-mail address and by how a username begins', async () => {
    const person = await signedIn(app);
    const ids = async (query: string) =>
      ((await ask('GET', query)).body.items as { id: string }[]).map(({ id }) => id);
    expect(await ids(`?q=${encodeURIComponent(person.email.toUpperCase())}`)).toEqual([person.id]);
    expect(await ids(`?q=${person.username.slice(0, 14)}`)).toEqual([person.id]);
    // Wildcards stand for themselves.
    expect(await ids(`?q=${encodeURIComponent('p%_')}`)).toEqual([]);
    expect((await ask('GET', `/${person.id}`)).body).toMatchObject({
      id: person.id,
      email: person.email,
      lock: null,
    });
    expect((await ask('GET', `/${uuidv7()}`)).status).toBe(404);
  });

  it('lists accounts newest first, page by page, and by their state', async () => {
    const people: Signed[] = [];
    for (let index = 0; index < 5; index += 1) people.push(await signedIn(app));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await ask('GET', `?limit=2${cursor && `&cursor=${cursor}`}`);
      const page = body as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    const { rows } = await stores.database.query<{ id: string }>(
      'SELECT id FROM accounts ORDER BY created_at DESC, id DESC',
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    expect(seen.slice(0, 5)).toEqual(people.map(({ id }) => id).toReversed());
    const [locked] = people;
    await ask('PUT', `/${locked?.id}/lock`, { json: {} });
    const { body } = await ask('GET', '?state=locked');
    expect(body.items).toMatchObject([{ id: locked?.id, lock: { reason: 'admin', until: null } }]);
    expect((await ask('GET', '?state=admin')).body.items).toMatchObject([{ id: admin.id }]);
    const foreign = String((await ask('GET', '?limit=2')).body.nextCursor);
    expect((await ask('GET', `?state=admin&cursor=${foreign}`)).status).toBe(400);
  });

  it('locks an account, which ends its sessions and is told after the right password alone', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    const { status } = await ask('PUT', `/${person.id}/lock`, { json: {} });
    expect(status).toBe(200);
    expect((await refresh(app, held.refreshToken)).status).toBe(401);
    const attempt = async (password: string) => {
      const json = { login: person.username, password };
      return (await call(app, 'POST', '/v1/sessions', { json })).body.code;
    };
    expect(await attempt('not the password')).toBe('credentials_invalid');
    expect(await attempt(person.password)).toBe('account_locked');
    expect((await ask('DELETE', `/${person.id}/lock`)).body).toMatchObject({ lock: null });
    await signIn(app, person);
  });

  it('never leaves nobody who can administrate', async () => {
    const refused = [
      await ask('PUT', `/${admin.id}/role`, { json: { role: 'member' } }),
      await ask('PUT', `/${admin.id}/lock`, { json: {} }),
    ];
    for (const { status, body } of refused) {
      expect([status, body.code]).toEqual([409, 'last_admin']);
    }
    const other = await newAdmin();
    // Each takes the other's role at the same time.
    const answers = await Promise.all([
      ask('PUT', `/${admin.id}/role`, { token: other.token, json: { role: 'member' } }),
      ask('PUT', `/${other.id}/role`, { token: admin.token, json: { role: 'member' } }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { rowCount } = await stores.database.query(`SELECT FROM accounts WHERE role = 'admin'`);
    expect(rowCount).toBe(1);
  });

  it.each([
    ['PUT', 'lock', { until: 'tomorrow' }],
    ['PUT', 'lock', { until: null }],
    ['PUT', 'lock', { reason: 'guessing' }],
    ['PUT', 'role', { role: 'root' }],
    ['PUT', 'role', { role: 'admin', email: newPerson().email }],
  ] as const)('takes no other bodies than it knows: %s %s %j', async (method, path, json) => {
    const { id } = await signedIn(app);
    expect((await ask(method, `/${id}/${path}`, { json })).status).toBe(400);
  });
});
