import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { StandIn } from './erasing-services.js';
import { refresh, signedUp, signIn } from './session-story.js';
import {
  call,
  environment,
  newPerson,
  openStores,
  signedIn,
  startUsers,
  type Stores,
} from './users-app.js';
import { UsersProcess } from './users-process.js';

const PASSWORD = newPerson().password;
const UUID_V4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('erasure', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let content: StandIn;
  let analytics: StandIn;

  const erase = async (token: string, currentPassword = PASSWORD) =>
    call(app, 'POST', '/v1/accounts/me/erasure', { token, json: { currentPassword } });
  const progress = async (id: unknown) =>
    (await call(app, 'GET', `/v1/accounts/erasures/${String(id)}`)).body;
  const count = async (sql: string, id: string) =>
    (await stores.database.query(sql, [id])).rowCount ?? 0;
  const asked = async (service: StandIn, accountId: string, times = 1) =>
    eventually(() => {
      const all = service.askedFor(accountId);
      if (all.length < times) throw new Error(`asked ${all.length} times`);
      return all[0] ?? { erasureId: '', accountId };
    });
  const isGone = async (accountId: string) =>
    eventually(async () => {
      expect(await count('SELECT FROM accounts WHERE id = $1', accountId)).toBe(0);
    });

  beforeAll(async () => {
    stores = await openStores();
    content = await StandIn.start('content', stores);
    analytics = await StandIn.start('analytics', stores);
    app = await startUsers(stores, { ERASURES_ASK_AGAIN_AFTER: '1s' });
    await app.startAllMicroservices();
  });
  afterAll(async () => {
    await app?.close();
    await content?.[Symbol.asyncDispose]();
    await analytics?.[Symbol.asyncDispose]();
    await stores?.close();
  });

  it('closes the account at once, and erases everything of it here', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    const { status, body, headers } = await erase(held.accessToken);
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: expect.stringMatching(UUID_V4), completedAt: null });
    expect(headers.location).toBe(`/v1/accounts/erasures/${String(body.id)}`);
    const json = { login: person.username, password: PASSWORD };
    expect((await call(app, 'POST', '/v1/sessions', { json })).status).toBe(401);
    expect((await refresh(app, held.refreshToken)).status).toBe(401);
    expect((await call(app, 'GET', `/v1/accounts/${person.id}`)).status).toBe(404);
    const { accessToken: token } = held;
    expect((await call(app, 'GET', '/v1/accounts/me', { token })).status).toBe(404);
    const change = { token, json: { displayName: 'I am back' } };
    expect((await call(app, 'PATCH', '/v1/accounts/me', change)).status).toBe(404);
    await isGone(person.id);
    const tables = ['profiles', 'sessions', 'activity_events', 'mails', 'one_time_tokens'];
    for (const table of tables) {
      expect(await count(`SELECT FROM ${table} WHERE account_id = $1`, person.id)).toBe(0);
    }
    // The names are free again.
    expect(
      (
        await call(app, 'POST', '/v1/accounts', {
          json: { ...newPerson(), username: person.username, email: person.email },
        })
      ).status,
    ).toBe(201);
  });

  it('is complete when every service has confirmed its part, and names nobody then', async () => {
    const { id, token } = await signedIn(app);
    const { body } = await erase(token);
    const erasure = await asked(content, id);
    expect(erasure).toEqual({ erasureId: body.id, accountId: id });
    await isGone(id);
    await eventually(async () =>
      expect(await progress(body.id)).toMatchObject({
        completedAt: null,
        confirmedAt: { users: expect.any(String), content: null, analytics: null },
      }),
    );
    await content.confirm(erasure);
    await eventually(async () =>
      expect(await progress(body.id)).toMatchObject({
        completedAt: null,
        confirmedAt: { content: expect.any(String), analytics: null },
      }),
    );
    await analytics.confirm(erasure);
    await eventually(async () =>
      expect(await progress(body.id)).toMatchObject({ completedAt: expect.any(String) }),
    );
    expect(await count('SELECT FROM erasures WHERE account_id = $1', id)).toBe(0);
    expect(JSON.stringify(await progress(body.id))).not.toContain(id);
  });

  it('is complete however often, at once and in any order, the services confirm', async () => {
    const { id, token } = await signedIn(app);
    const { body } = await erase(token);
    const erasure = await asked(analytics, id);
    await Promise.all(
      Array.from({ length: 10 }, async () => [
        await analytics.confirm(erasure),
        await content.confirm(erasure),
      ]),
    );
    await eventually(async () =>
      expect(await progress(body.id)).toMatchObject({
        completedAt: expect.any(String),
        confirmedAt: { users: expect.any(String) },
      }),
    );
  });

  it('asks a service again that has not confirmed, and no longer when all have', async () => {
    const { id, token } = await signedIn(app);
    const { body } = await erase(token);
    const erasure = await asked(content, id, 3);
    await content.confirm(erasure);
    await analytics.confirm(erasure);
    await eventually(async () =>
      expect(await progress(body.id)).toMatchObject({ completedAt: expect.any(String) }),
    );
    const { rows } = await stores.database.query<{ claimable: boolean }>(
      `SELECT completed_at IS NULL AS claimable FROM erasures WHERE id = $1`,
      [body.id],
    );
    expect(rows).toEqual([{ claimable: false }]);
  });

  it('begins once, of ten who ask at the same time', async () => {
    const { id, token } = await signedIn(app);
    const answers = await Promise.all(Array.from({ length: 10 }, async () => erase(token)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const { status } of answers) expect([202, 403, 404]).toContain(status);
    expect(new Set(content.askedFor(id).map(({ erasureId }) => erasureId)).size).toBeLessThan(2);
  });

  it('takes the password, and tells nobody how far it is who has not its id', async () => {
    const { id, token } = await signedIn(app);
    const { status, body } = await erase(token, 'not the password');
    expect([status, body.code]).toEqual([403, 'password_wrong']);
    expect(await count('SELECT FROM accounts WHERE id = $1', id)).toBe(1);
    const unknown = await call(app, 'GET', `/v1/accounts/erasures/${uuidv7()}`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'erasure_not_found']);
    expect((await call(app, 'GET', '/v1/accounts/erasures/1')).status).toBe(400);
  });

  it('goes through an account with much activity, batch by batch', async () => {
    const { id, token } = await signedIn(app);
    await stores.database.query(
      `INSERT INTO activity_events (id, account_id, kind, occurred_at)
       SELECT gen_random_uuid(), $1, 'session.started', now() - n * interval '1 second'
         FROM generate_series(1, 5000) AS n`,
      [id],
    );
    await erase(token);
    await isGone(id);
    expect(await count('SELECT FROM activity_events WHERE account_id = $1', id)).toBe(0);
  });

  it('is not for the only admin', async () => {
    const { id, token } = await signedIn(app);
    await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [id]);
    const { status, body } = await erase(token);
    expect([status, body.code]).toEqual([409, 'last_admin']);
    const second = await signedIn(app);
    await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [second.id]);
    // Both at once: one of them stays.
    const answers = await Promise.all([erase(token), erase(second.token)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409]);
  });
});

describe('an erasure', () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await openStores();
  });
  afterAll(async () => {
    await stores?.close();
  });

  /** Somebody who did much, and is signed in; nobody serves then. */
  const personWithActivity = async () => {
    const app = await startUsers(stores);
    const person = await signedIn(app);
    await app.close();
    await stores.database.query(
      `INSERT INTO activity_events (id, account_id, kind, occurred_at)
       SELECT gen_random_uuid(), $1, 'session.started', now() FROM generate_series(1, 6000)`,
      [person.id],
    );
    return person;
  };
  const stateOf = async (id: string) => {
    const { rows } = await stores.database.query<{ account: number; activity: number }>(
      `SELECT (SELECT count(*)::int FROM accounts WHERE id = $1) AS account,
              (SELECT count(*)::int FROM activity_events WHERE account_id = $1) AS activity`,
      [id],
    );
    return rows[0] ?? { account: 0, activity: 0 };
  };

  it.each([
    ['right after it was asked for', () => true],
    ['half-way', ({ activity }: { activity: number }) => activity <= 4_000],
    ['when all is deleted', ({ account }: { account: number }) => account === 0],
  ])('comes to its end when the process is killed %s', async (_title, isTime) => {
    const { id, token } = await personWithActivity();
    const env = environment(stores, { ERASURES_ASK_AGAIN_AFTER: '1s' });
    await using victim = new UsersProcess(env);
    const response = await fetch(`${await victim.url()}/v1/accounts/me/erasure`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword: PASSWORD }),
    });
    expect(response.status).toBe(202);
    await eventually(async () => expect(isTime(await stateOf(id))).toBe(true), { intervalMs: 1 });
    victim.signal('SIGKILL');
    await victim.ended();
    await using survivor = new UsersProcess(env);
    await survivor.url();
    await eventually(
      async () => {
        expect(await stateOf(id)).toEqual({ account: 0, activity: 0 });
        const { rows } = await stores.database.query(
          'SELECT users_at FROM erasures WHERE account_id = $1',
          [id],
        );
        expect(rows).toEqual([{ users_at: expect.any(Date) }]);
      },
      { timeoutMs: 60_000 },
    );
  });
});
