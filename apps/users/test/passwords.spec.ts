import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';

import { MailedApp } from './mailed-app.js';
import { refresh, signedUp, signIn } from './session-story.js';
import { call, newPerson, signedIn } from './users-app.js';

const RESET = /^Choose a new password$/;
const CHANGED = /^Your password was changed$/;
const OLD = newPerson().password;
const NEW = 'another horse, another battery';

describe('the password', () => {
  let mailed: MailedApp;

  const post = async (url: string, json: object) => call(mailed.app, 'POST', url, { json });
  const request = async (email: string) => post('/v1/accounts/password-resets', { email });
  const reset = async (token: string, newPassword = NEW) =>
    post('/v1/accounts/password-resets/confirmation', { token, newPassword });
  const change = async (token: string, json: object) =>
    call(mailed.app, 'PUT', '/v1/accounts/me/password', { token, json });
  const signsIn = async (login: string, password: string) =>
    (await post('/v1/sessions', { login, password })).status === 201;
  const hashOf = async (username: string) => {
    const { rows } = await mailed.stores.database.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM accounts WHERE username = $1',
      [username],
    );
    return rows[0]?.hash;
  };

  beforeAll(async () => {
    mailed = await MailedApp.start();
  });
  afterAll(async () => {
    await mailed?.close();
  });

  describe('is changed', () => {
    it('by who knows it, who is told by mail', async () => {
      const { username, email, token } = await signedIn(mailed.app);
      const { status } = await change(token, { currentPassword: OLD, newPassword: NEW });
      expect(status).toBe(204);
      expect([await signsIn(username, OLD), await signsIn(username, NEW)]).toEqual([false, true]);
      await mailed.mail(email, CHANGED);
    });

    it('with the end of all sessions but the one that asks', async () => {
      const person = await signedUp(mailed.app);
      const [own, other] = [await signIn(mailed.app, person), await signIn(mailed.app, person)];
      const json = { currentPassword: OLD, newPassword: NEW };
      expect((await change(own.accessToken, json)).status).toBe(204);
      expect((await refresh(mailed.app, other.refreshToken)).status).toBe(401);
      expect((await refresh(mailed.app, own.refreshToken)).status).toBe(200);
    });

    it('by nobody who has an access token alone', async () => {
      const { username, token } = await signedIn(mailed.app);
      const json = { currentPassword: 'not the password', newPassword: NEW };
      const { status, body } = await change(token, json);
      expect([status, body.code]).toEqual([403, 'password_wrong']);
      expect(await signsIn(username, OLD)).toBe(true);
    });

    it('once, by who comes first of ten', async () => {
      const { username, token } = await signedIn(mailed.app);
      const passwords = Array.from({ length: 10 }, (_, index) => `password number ${index}`);
      const answers = await Promise.all(
        passwords.map(async (newPassword) => change(token, { currentPassword: OLD, newPassword })),
      );
      const winners = passwords.filter((_, index) => answers[index]?.status === 204);
      expect(winners).toHaveLength(1);
      expect(await signsIn(username, winners[0] ?? '')).toBe(true);
    });

    it.each([['7 chars'], ['12345678'], ['Password1'], ['p'.repeat(129)]])(
      'not to %s',
      async (newPassword) => {
        const { token } = await signedIn(mailed.app);
        const { status, body } = await change(token, { currentPassword: OLD, newPassword });
        expect([status, body.code]).toEqual([400, 'validation_failed']);
      },
    );

    it('by no other fields than these', async () => {
      const { token } = await signedIn(mailed.app);
      const json = { currentPassword: OLD, newPassword: NEW, role: 'admin' };
      expect((await change(token, json)).status).toBe(400);
    });
  });

  describe('is chosen anew', () => {
    it('by a code that is sent, once, which confirms the address, too', async () => {
      const { username, email, token } = await signedIn(mailed.app);
      expect((await request(email)).status).toBe(202);
      const code = await mailed.token(email, RESET);
      expect((await reset(code)).status).toBe(204);
      expect([await signsIn(username, OLD), await signsIn(username, NEW)]).toEqual([false, true]);
      const { body } = await call(mailed.app, 'GET', '/v1/accounts/me', { token });
      expect(body.emailVerified).toBe(true);
      await mailed.mail(email, CHANGED);
      const again = await reset(code, 'a third password');
      expect([again.status, again.body.code]).toEqual([400, 'one_time_token_invalid']);
      expect(await signsIn(username, NEW)).toBe(true);
    });

    it('with the end of all sessions', async () => {
      const person = await signedUp(mailed.app);
      const held = await signIn(mailed.app, person);
      await request(person.email);
      await reset(await mailed.token(person.email, RESET));
      expect((await refresh(mailed.app, held.refreshToken)).status).toBe(401);
    });

    it('by one of ten who have the code at the same time', async () => {
      const { username, email } = await signedIn(mailed.app);
      await request(email);
      const code = await mailed.token(email, RESET);
      const passwords = Array.from({ length: 10 }, (_, index) => `password number ${index}`);
      const answers = await Promise.all(passwords.map(async (each) => reset(code, each)));
      const winners = passwords.filter((_, index) => answers[index]?.status === 204);
      expect(winners).toHaveLength(1);
      expect(await signsIn(username, winners[0] ?? '')).toBe(true);
    });

    it('by no code that is too old, was replaced, or came before a change', async () => {
      const { email, username, token } = await signedIn(mailed.app);
      await request(email);
      const first = await mailed.token(email, RESET);
      await request(email);
      const second = await mailed.token(email, RESET, 2);
      expect((await reset(first)).status).toBe(400);
      await change(token, { currentPassword: OLD, newPassword: NEW });
      expect((await reset(second)).status).toBe(400);
      await request(email);
      const third = await mailed.token(email, RESET, 3);
      await mailed.stores.database.query(
        'UPDATE one_time_tokens SET expires_at = now() WHERE email = $1',
        [email],
      );
      expect((await reset(third)).status).toBe(400);
      expect(await signsIn(username, NEW)).toBe(true);
    });

    it('by no code of another kind, and not to a common password', async () => {
      const { email, username } = await signedIn(mailed.app);
      const code = await mailed.token(email, /^Please confirm/);
      expect((await reset(code)).status).toBe(400);
      await request(email);
      const right = await mailed.token(email, RESET);
      expect((await reset(right, 'qwertyuiop')).body.code).toBe('validation_failed');
      expect(await signsIn(username, OLD)).toBe(true);
    });

    it('after the same answer and the same writes for an address that nobody has', async () => {
      const { email } = await signedIn(mailed.app);
      await mailed.settled();
      const unknown = newPerson().email;
      const answers = [await request(email), await request(unknown)];
      const [known, other] = answers.map(({ status, body, headers }) => ({
        status,
        body,
        headers: Object.keys(headers).toSorted(),
      }));
      expect(other).toEqual(known);
      await mailed.mail(email, RESET);
      await mailed.settled();
      const { rows } = await mailed.stores.database.query(
        `SELECT recipient, account_id, status FROM mails
          WHERE kind = 'reset_password' AND recipient IN ($1, $2) ORDER BY created_at`,
        [email, unknown],
      );
      expect(rows).toEqual([
        { recipient: email, account_id: null, status: 'sent' },
        { recipient: unknown, account_id: null, status: 'dropped' },
      ]);
      expect(mailed.server.to(unknown)).toEqual([]);
    });
  });

  it('is hashed anew at sign-in when its hash is weaker than hashes are now', async () => {
    const { username } = await signedIn(mailed.app);
    const weak = await hash(OLD, { memoryCost: 8 * 1024, timeCost: 1, parallelism: 1 });
    await mailed.stores.database.query(
      'UPDATE accounts SET password_hash = $1 WHERE username = $2',
      [weak, username],
    );
    expect(await signsIn(username, OLD)).toBe(true);
    expect(await hashOf(username)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await signsIn(username, OLD)).toBe(true);
  });
});
