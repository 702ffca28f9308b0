import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { outcome, refresh, refreshed, signedUp, signIn } from './session-story.js';
import {
  AUTH_SECRET,
  call,
  environment,
  openStores,
  startUsers,
  type Stores,
} from './users-app.js';
import { UsersProcess } from './users-process.js';

const REUSED = '401 refresh_token_reused';
const INVALID = '401 refresh_token_invalid';
const CONFLICT = '409 refresh_conflict';

describe('refreshing a session', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let replica: NestFastifyApplication;

  beforeAll(async () => {
    stores = await openStores();
    [app, replica] = await Promise.all([startUsers(stores), startUsers(stores)]);
  });

  afterAll(async () => {
    await Promise.all([app?.close(), replica?.close()]);
    await stores?.close();
  });

  it('gives an access token of the same session, and another refresh token', async () => {
    const held = await signIn(app, await signedUp(app));
    const { status, body, headers } = await refresh(replica, held.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ sessionId: held.sessionId, accountId: held.accountId });
    expect(body.refreshToken).not.toBe(held.refreshToken);
    expect(headers['cache-control']).toBe('no-store');
    const me = await call(app, 'GET', '/v1/accounts/me', { token: String(body.accessToken) });
    expect(me.body.id).toBe(held.accountId);
  });

  it('goes on for as long as each token is used once', async () => {
    let held = await signIn(app, await signedUp(app));
    for (let round = 0; round < 4; round += 1) held = await refreshed(app, held);
    expect(held.sessionId).toEqual(expect.any(String));
  });

  it('carries the role that the account has by then', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [person.id]);
    const { accessToken } = await refreshed(app, held);
    const [, claims = ''] = accessToken.split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      roles: ['admin'],
      sid: held.sessionId,
    });
  });

  it('with a token that was replaced ends the session, and only that one', async () => {
    const person = await signedUp(app);
    const [first, other] = [await signIn(app, person), await signIn(app, person)];
    const second = await refreshed(app, first);
    expect(outcome(await refresh(replica, first.refreshToken))).toBe(REUSED);
    expect(outcome(await refresh(app, second.refreshToken))).toBe(INVALID);
    expect(outcome(await refresh(app, other.refreshToken))).toBe('200');
  });

  it('knows a token of long ago, of which no record is left', async () => {
    const first = await signIn(app, await signedUp(app));
    let last = first;
    for (let round = 0; round < 3; round += 1) last = await refreshed(app, last);
    expect(outcome(await refresh(app, first.refreshToken))).toBe(REUSED);
    expect(outcome(await refresh(app, last.refreshToken))).toBe(INVALID);
  });

  it('shows its owner that a token was used twice', async () => {
    const person = await signedUp(app);
    const [first, other] = [await signIn(app, person), await signIn(app, person)];
    await refreshed(app, first);
    await refresh(app, first.refreshToken);
    const { body } = await call(app, 'GET', '/v1/accounts/me/activity', {
      token: other.accessToken,
    });
    expect(body.items).toContainEqual(
      expect.objectContaining({
        kind: 'session.reused',
        details: { sessionId: first.sessionId },
      }),
    );
  });

  it('twenty times at once over two replicas has one winner, whose session goes on', async () => {
    const held = await signIn(app, await signedUp(app));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        refresh(index % 2 === 0 ? app : replica, held.refreshToken),
      ),
    );
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((each) => each === '200')).toHaveLength(1);
    expect(outcomes.filter((each) => each === CONFLICT)).toHaveLength(19);
    const winner = answers.find(({ status }) => status === 200);
    expect(outcome(await refresh(replica, winner?.body.refreshToken))).toBe('200');
  });

  it('counts who waited for a connection among those that overlap', async () => {
    const narrow = await startUsers(stores, { DATABASE_POOL_MAX: '1', DATABASE_POOL_MIN: '0' });
    try {
      const held = await signIn(narrow, await signedUp(narrow));
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => refresh(narrow, held.refreshToken)),
      );
      expect(answers.map(outcome).filter((each) => each !== CONFLICT)).toEqual(['200']);
    } finally {
      await narrow.close();
    }
  });

  it('of which two have the token at once, and one comes again, ends for both', async () => {
    const held = await signIn(app, await signedUp(app));
    const answers = await Promise.all([1, 2].map(() => refresh(app, held.refreshToken)));
    expect(answers.map(outcome).toSorted()).toEqual(['200', CONFLICT]);
    expect(outcome(await refresh(app, held.refreshToken))).toBe(REUSED);
    const winner = answers.find(({ status }) => status === 200);
    expect(outcome(await refresh(app, winner?.body.refreshToken))).toBe(INVALID);
  });

  it('is refused to many who reuse a token at once, and no server error comes of it', async () => {
    const held = await signIn(app, await signedUp(app));
    await refreshed(app, held);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        refresh(index % 2 === 0 ? app : replica, held.refreshToken),
      ),
    );
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((each) => each === REUSED)).toHaveLength(1);
    expect(outcomes.filter((each) => each === INVALID)).toHaveLength(19);
  });

  it.each([
    ['a word', () => 'abc'],
    ['75 characters', () => 'a'.repeat(75)],
    ['an access token', (held: { accessToken: string }) => held.accessToken.slice(0, 200)],
  ])('with %s is refused, and ends nothing', async (_title, made) => {
    const held = await signIn(app, await signedUp(app));
    expect(outcome(await refresh(app, made(held)))).toBe(INVALID);
    expect(outcome(await refresh(app, held.refreshToken))).toBe('200');
  });

  it('with a token that was changed anywhere is refused, and ends nothing', async () => {
    const held = await signIn(app, await signedUp(app));
    const bytes = Buffer.from(held.refreshToken, 'base64url');
    for (let index = 0; index < bytes.length; index += 5) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(outcome(await refresh(app, changed.toString('base64url')))).toBe(INVALID);
    }
    expect(outcome(await refresh(app, held.refreshToken))).toBe('200');
  });

  it('is over with another secret, and the stored hash is no token', async () => {
    const held = await signIn(app, await signedUp(app));
    const { rows } = await stores.database.query<{ token_hash: Buffer }>(
      'SELECT token_hash FROM sessions WHERE id = $1',
      [held.sessionId],
    );
    const hash = rows[0]?.token_hash ?? Buffer.alloc(0);
    expect(outcome(await refresh(app, hash.toString('base64url')))).toBe(INVALID);
    expect(JSON.stringify(rows)).not.toContain(held.refreshToken);
  });

  it.each([
    ['of a session that is over', 'expires_at = clock_timestamp()'],
    ['of an account that is gone', undefined],
  ])('with a token %s is refused', async (_title, change) => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    await stores.database.query(
      change === undefined
        ? 'DELETE FROM accounts WHERE id = $1'
        : `UPDATE sessions SET ${change} WHERE account_id = $1`,
      [person.id],
    );
    expect(outcome(await refresh(app, held.refreshToken))).toBe(INVALID);
  });

  it('keeps a session no longer than its time at all, however often it is refreshed', async () => {
    const short = await startUsers(stores, { SESSION_TTL: '1h', REFRESH_TOKEN_TTL: '30d' });
    try {
      const held = await signIn(short, await signedUp(short));
      await stores.database.query(
        "UPDATE sessions SET created_at = created_at - interval '50m' WHERE id = $1",
        [held.sessionId],
      );
      const { body } = await refresh(short, held.refreshToken);
      expect(Number(body.refreshExpiresIn)).toBeLessThanOrEqual(600);
    } finally {
      await short.close();
    }
  });

  it('leaves a session that a killed process was refreshing as it was or refreshed', async () => {
    const held = await signIn(app, await signedUp(app));
    const env = environment(stores, { AUTH_SECRET, REFRESH_OVERLAP: '5s' });
    await using users = new UsersProcess(env);
    const url = await users.url();
    const asked = fetch(`${url}/v1/sessions/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken: held.refreshToken }),
    }).then(
      () => 'answered',
      () => 'broken off',
    );
    await eventually(async () => {
      const { rows } = await stores.database.query(
        'SELECT FROM sessions WHERE id = $1 AND previous_token_hash IS NOT NULL',
        [held.sessionId],
      );
      if (rows.length === 0) throw new Error('not rotated yet');
    });
    users.signal('SIGKILL');
    expect(await asked).toBe('broken off');
    // The answer is lost, so this cannot be told from a thief: sign in again.
    expect(outcome(await refresh(app, held.refreshToken))).toMatch(/reused|conflict/);
  });
});
