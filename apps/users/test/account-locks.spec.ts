import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { AccountLocks } from '../src/account-locks/account-locks.js';
import { outcome, refresh, signedUp, signIn } from './session-story.js';
import { call, openStores, startUsers, type Stores } from './users-app.js';

const INVALID = '401 credentials_invalid';
const HOME = '203.0.113.1';
const CAFE = '203.0.113.2';
const AFTER = 3;

interface Told {
  topic: string;
  payload: { lockedUntil: string | null; securityVersion: number; reason: string };
  deliver_at: Date | null;
}

describe('guessing passwords', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let replica: NestFastifyApplication;

  type Person = Awaited<ReturnType<typeof signedUp>>;

  const attempt = (
    { username }: { username: string },
    password: string,
    from = CAFE,
    service = app,
  ) =>
    call(service, 'POST', '/v1/sessions', {
      json: { login: username, password },
      headers: { 'x-forwarded-for': from },
    });
  const guess = async (person: Person, times: number, from = CAFE) => {
    const seen = new Set<string>();
    for (let time = 0; time < times; time += 1) {
      seen.add(outcome(await attempt(person, `wrong guess ${time}`, from)));
    }
    return [...seen];
  };
  const stateOf = async ({ id }: Person) => {
    const { rows } = await stores.database.query<{
      failures: number;
      reason: string | null;
      seconds: number | null;
      locked_until: Date | null;
    }>(
      `SELECT failed_login_attempts AS failures, lock_reason AS reason, locked_until,
              round(extract(epoch FROM locked_until - last_failed_login_at))::int AS seconds
         FROM accounts WHERE id = $1`,
      [id],
    );
    return rows[0];
  };
  const told = async ({ id }: Person) => {
    const { rows } = await stores.database.query<Told>(
      `SELECT topic, payload, deliver_at FROM outbox
        WHERE key = $1 AND topic LIKE 'accounts.%locked' ORDER BY sequence`,
      [id],
    );
    return rows;
  };
  const endLock = ({ id }: Person) =>
    stores.database.query('UPDATE accounts SET locked_until = clock_timestamp() WHERE id = $1', [
      id,
    ]);

  beforeAll(async () => {
    stores = await openStores();
    const more = { TRUSTED_PROXIES: '1', LOCK_AFTER_FAILURES: String(AFTER) };
    [app, replica] = await Promise.all([startUsers(stores, more), startUsers(stores, more)]);
  });

  afterAll(async () => {
    await Promise.all([app?.close(), replica?.close()]);
    await stores?.close();
  });

  it('locks the account for a minute, and then the right password is answered like a wrong one', async () => {
    const person = await signedUp(app);
    expect(await guess(person, AFTER)).toEqual([INVALID]);
    expect(await stateOf(person)).toMatchObject({
      failures: AFTER,
      reason: 'guessing',
      seconds: 60,
    });
    expect(outcome(await attempt(person, person.password))).toBe(INVALID);
  });

  it('is told as accounts.locked, and as accounts.unlocked for when the lock ends', async () => {
    const person = await signedUp(app);
    await guess(person, AFTER);
    const lockedUntil = (await stateOf(person))?.locked_until;
    expect(await told(person)).toEqual([
      {
        topic: 'accounts.locked',
        payload: {
          accountId: person.id,
          username: person.username,
          displayName: person.displayName,
          avatarUrl: null,
          preferences: {},
          version: 1,
          reason: 'guessing',
          lockedUntil: lockedUntil?.toISOString(),
          lockedAt: expect.any(String),
          failedLoginAttempts: AFTER,
          securityVersion: 2,
        },
        deliver_at: null,
      },
      {
        topic: 'accounts.unlocked',
        payload: expect.objectContaining({ securityVersion: 2 }),
        deliver_at: lockedUntil,
      },
    ]);
  });

  it('neither counts nor lengthens the lock while there is one', async () => {
    const person = await signedUp(app);
    await guess(person, AFTER);
    const locked = await stateOf(person);
    await guess(person, AFTER + 2);
    await attempt(person, person.password);
    expect(await stateOf(person)).toEqual(locked);
    expect(await told(person)).toHaveLength(2);
  });

  it('leads to a lock twice as long each time one is over, and a sign-in begins anew', async () => {
    const person = await signedUp(app);
    await guess(person, AFTER);
    for (const seconds of [120, 240, 480]) {
      await endLock(person);
      await guess(person, 1);
      expect(await stateOf(person)).toMatchObject({ reason: 'guessing', seconds });
    }
    await endLock(person);
    expect(outcome(await attempt(person, person.password))).toBe('201');
    expect(await stateOf(person)).toMatchObject({ failures: 0, reason: null, locked_until: null });
    expect(await guess(person, AFTER - 1, '203.0.113.99')).toEqual([INVALID]);
    expect((await stateOf(person))?.reason).toBe(null);
  });

  it('a day ago is forgotten', async () => {
    const person = await signedUp(app);
    await guess(person, AFTER - 1);
    await stores.database.query(
      "UPDATE accounts SET last_failed_login_at = now() - interval '25 hours' WHERE id = $1",
      [person.id],
    );
    await guess(person, 1);
    expect(await stateOf(person)).toMatchObject({ failures: 1, reason: null });
  });

  it('by strangers keeps nobody out who comes from where they signed in before', async () => {
    const person = await signedUp(app);
    await signIn(app, person, { 'x-forwarded-for': HOME });
    await guess(person, AFTER + 2);
    expect(outcome(await attempt(person, person.password, CAFE))).toBe(INVALID);
    expect(outcome(await attempt(person, person.password, HOME))).toBe('201');
    expect(await stateOf(person)).toMatchObject({ failures: 0, reason: null, locked_until: null });
    const [locked, , unlocked] = await told(person);
    expect(unlocked).toMatchObject({ topic: 'accounts.unlocked', deliver_at: null });
    expect(unlocked?.payload.securityVersion).toBe((locked?.payload.securityVersion ?? 0) + 1);
  });

  it('from such a place is counted apart, and makes it a strange one after as many', async () => {
    const person = await signedUp(app);
    await signIn(app, person, { 'x-forwarded-for': HOME });
    await guess(person, AFTER, HOME);
    expect(await stateOf(person)).toMatchObject({ failures: 0, reason: null });
    await guess(person, AFTER, HOME);
    expect(await stateOf(person)).toMatchObject({ failures: AFTER, reason: 'guessing' });
    expect(outcome(await attempt(person, person.password, HOME))).toBe(INVALID);
  });

  it('thirty times at once over two replicas is counted exactly, and locks once', async () => {
    const person = await signedUp(app);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        attempt(person, `wrong guess ${index}`, CAFE, index % 2 === 0 ? app : replica),
      ),
    );
    expect(new Set(answers.map(outcome))).toEqual(new Set([INVALID]));
    expect(await stateOf(person)).toMatchObject({ failures: AFTER, reason: 'guessing' });
    expect((await told(person)).map(({ topic }) => topic)).toEqual([
      'accounts.locked',
      'accounts.unlocked',
    ]);
  });

  it('is answered alike for an account, a locked one and none', async () => {
    const [person, locked] = [await signedUp(app), await signedUp(app)];
    await guess(locked, AFTER);
    const answers = await Promise.all([
      attempt(person, 'wrong guess'),
      attempt(locked, 'wrong guess'),
      attempt(locked, locked.password),
      attempt({ username: 'nobody_at_all' }, 'wrong guess'),
    ]);
    const shown = answers.map(({ status, headers, body }) => ({
      status,
      headers: Object.keys(headers).toSorted(),
      body: { ...body, correlationId: '' },
    }));
    for (const each of shown) expect(each).toEqual(shown[0]);
  });

  it('leaves the sessions that there are alone', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person, { 'x-forwarded-for': HOME });
    await guess(person, AFTER);
    expect(outcome(await refresh(app, held.refreshToken))).toBe('200');
  });

  describe('and the lock of an admin', () => {
    const lock = (person: Person, until?: Date) =>
      app.get(AccountLocks).lock(person.id, until === undefined ? {} : { until });

    it('ends all sessions, and lets nobody in, whom it tells only if the password is right', async () => {
      const person = await signedUp(app);
      const held = await signIn(app, person, { 'x-forwarded-for': HOME });
      await lock(person);
      expect(outcome(await refresh(app, held.refreshToken))).toBe('401 refresh_token_invalid');
      expect(outcome(await attempt(person, person.password, HOME))).toBe('403 account_locked');
      expect(outcome(await attempt(person, 'wrong guess', HOME))).toBe(INVALID);
      await app.get(AccountLocks).unlock(person.id);
      expect(outcome(await attempt(person, person.password, HOME))).toBe('201');
    });

    it('is not changed by guesses, nor by proof that guessing was none of the owner', async () => {
      const person = await signedUp(app);
      await lock(person);
      await guess(person, AFTER + 1);
      await app.get(AccountLocks).liftGuessing(person.id);
      expect(await stateOf(person)).toMatchObject({ reason: 'admin', locked_until: null });
      expect((await told(person)).map(({ topic }) => topic)).toEqual(['accounts.locked']);
    });

    it('takes the place of a lock by guessing, and may end by itself', async () => {
      const person = await signedUp(app);
      await guess(person, AFTER);
      await lock(person, new Date(Date.now() + 60_000));
      const [, , byAdmin, end] = await told(person);
      expect(byAdmin?.payload).toMatchObject({ reason: 'admin', securityVersion: 3 });
      expect(end).toMatchObject({ topic: 'accounts.unlocked', deliver_at: expect.any(Date) });
      await endLock(person);
      expect(outcome(await attempt(person, person.password))).toBe('201');
    });

    it('is refused for an account that is not there', async () => {
      const nobody = '00000000-0000-7000-8000-000000000000';
      await expect(app.get(AccountLocks).lock(nobody)).rejects.toMatchObject({
        code: 'account_not_found',
      });
      await expect(app.get(AccountLocks).unlock(nobody)).resolves.toBeUndefined();
    });

    it('that comes while somebody signs in leaves no session', async () => {
      const person = await signedUp(app);
      const locking = lock(person);
      const answers = await Promise.all([
        attempt(person, person.password),
        attempt(person, person.password, CAFE, replica),
        attempt(person, person.password),
      ]);
      await locking;
      for (const answer of answers) {
        expect(['201', '403 account_locked']).toContain(outcome(answer));
      }
      const { rows } = await stores.database.query('SELECT FROM sessions WHERE account_id = $1', [
        person.id,
      ]);
      expect(rows).toEqual([]);
    });
  });
});
