import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MailedApp } from './mailed-app.js';
import { call, newPerson, signedIn } from './users-app.js';

const CONFIRM = /^Please confirm your e-mail address$/;
const CONFIRM_NEW = /^Please confirm your new e-mail address$/;

describe('the e-mail address', () => {
  let mailed: MailedApp;

  const post = async (url: string, json?: object, token?: string) =>
    call(mailed.app, 'POST', url, { ...(json && { json }), ...(token && { token }) });
  const confirm = async (token: string) => post('/v1/accounts/email-confirmations', { token });
  const resend = async (token: string) =>
    post('/v1/accounts/me/email/verification', undefined, token);
  const me = async (token: string) =>
    (await call(mailed.app, 'GET', '/v1/accounts/me', { token })).body;
  const ask = async (token: string, email: string, currentPassword = newPerson().password) =>
    call(mailed.app, 'PUT', '/v1/accounts/me/email', { token, json: { email, currentPassword } });
  const expire = async (email: string) =>
    mailed.stores.database.query('UPDATE one_time_tokens SET expires_at = now() WHERE email = $1', [
      email,
    ]);

  beforeAll(async () => {
    mailed = await MailedApp.start();
  });
  afterAll(async () => {
    await mailed?.close();
  });

  describe('is confirmed', () => {
    it('by the code that is sent at sign-up, once', async () => {
      const { email, token } = await signedIn(mailed.app);
      expect(await me(token)).toMatchObject({ emailVerified: false });
      const code = await mailed.token(email, CONFIRM);
      expect((await confirm(code)).status).toBe(204);
      expect(await me(token)).toMatchObject({ email, emailVerified: true });
      const again = await confirm(code);
      expect([again.status, again.body.code]).toEqual([400, 'one_time_token_invalid']);
    });

    it('by one of 20 who have the code at the same time', async () => {
      const { email } = await signedIn(mailed.app);
      const code = await mailed.token(email, CONFIRM);
      const answers = await Promise.all(Array.from({ length: 20 }, async () => confirm(code)));
      const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
      expect([count(204), count(400)]).toEqual([1, 19]);
    });

    it('by the newest code alone', async () => {
      const { email, token } = await signedIn(mailed.app);
      const first = await mailed.token(email, CONFIRM);
      expect((await resend(token)).status).toBe(202);
      const second = await mailed.token(email, CONFIRM, 2);
      expect((await confirm(first)).status).toBe(400);
      expect((await confirm(second)).status).toBe(204);
    });

    it('by no code that is too old', async () => {
      const { email, token } = await signedIn(mailed.app);
      const code = await mailed.token(email, CONFIRM);
      await expire(email);
      expect((await confirm(code)).status).toBe(400);
      expect(await me(token)).toMatchObject({ emailVerified: false });
    });

    it('by no code of another kind, and by none that was tampered with', async () => {
      const { email } = await signedIn(mailed.app);
      await post('/v1/accounts/password-resets', { email });
      const code = await mailed.token(email, /^Choose a new password$/);
      expect((await confirm(code)).status).toBe(400);
      const own = await mailed.token(email, CONFIRM);
      const tampered = `${own.slice(0, 40)}${own[40] === 'x' ? 'y' : 'x'}${own.slice(41)}`;
      expect((await confirm(tampered)).status).toBe(400);
      expect((await confirm(own)).status).toBe(204);
    });

    it('no second time', async () => {
      const { email, token } = await signedIn(mailed.app);
      await confirm(await mailed.token(email, CONFIRM));
      const { status, body } = await resend(token);
      expect([status, body.code]).toEqual([409, 'email_verified']);
    });
  });

  describe('is changed', () => {
    it('when the new one is confirmed, and not before; both are told', async () => {
      const { email, token, username } = await signedIn(mailed.app);
      const next = newPerson().email;
      expect((await ask(token, next.toUpperCase())).status).toBe(202);
      const code = await mailed.token(next, CONFIRM_NEW);
      const notice = await mailed.mail(email, /is to be changed$/);
      expect(notice.text).toContain(next);
      expect(await me(token)).toMatchObject({ email });
      expect((await confirm(code)).status).toBe(204);
      expect(await me(token)).toMatchObject({ email: next, emailVerified: true });
      expect((await mailed.mail(email, /was changed$/)).text).toContain(next);
      const signIn = async (login: string) =>
        post('/v1/sessions', { login, password: newPerson().password });
      expect((await signIn(next)).status).toBe(201);
      expect((await signIn(email)).status).toBe(401);
      expect((await signIn(username)).status).toBe(201);
      // Whoever reads the old one's mail has nothing left to do with the account.
      await post('/v1/accounts/password-resets', { email });
      await mailed.settled();
      expect(mailed.server.to(email).map(({ headers }) => headers.get('subject'))).not.toContain(
        'Choose a new password',
      );
    });

    it('by nobody who has an access token alone', async () => {
      const { token } = await signedIn(mailed.app);
      const next = newPerson().email;
      const { status, body } = await ask(token, next, 'not the password');
      expect([status, body.code]).toEqual([403, 'password_wrong']);
      await mailed.settled();
      expect(mailed.server.to(next)).toEqual([]);
    });

    it('not to what it is', async () => {
      const { token, email } = await signedIn(mailed.app);
      expect((await ask(token, email)).body.code).toBe('email_unchanged');
    });

    it('not to one that is taken, of which neither the caller nor its owner hears', async () => {
      const [taken, other] = [await signedIn(mailed.app), await signedIn(mailed.app)];
      const free = await ask(other.token, newPerson().email);
      const refused = await ask(other.token, taken.email);
      expect([refused.status, refused.body]).toEqual([free.status, free.body]);
      await mailed.settled();
      const subjects = mailed.server.to(taken.email).map(({ headers }) => headers.get('subject'));
      expect(subjects).toEqual(['Please confirm your e-mail address']);
    });

    it('not to one that became somebody else’s in between', async () => {
      const { token, email } = await signedIn(mailed.app);
      const next = newPerson();
      await ask(token, next.email);
      const code = await mailed.token(next.email, CONFIRM_NEW);
      await signedIn(mailed.app, next);
      const { status, body } = await confirm(code);
      expect([status, body.code]).toEqual([409, 'email_taken']);
      expect(await me(token)).toMatchObject({ email });
    });

    it('to the one that was asked for last, and by no code of the old one', async () => {
      const { token, email } = await signedIn(mailed.app);
      const old = await mailed.token(email, CONFIRM);
      const [first, second] = [newPerson().email, newPerson().email];
      await ask(token, first);
      const firstCode = await mailed.token(first, CONFIRM_NEW);
      await ask(token, second);
      expect((await confirm(firstCode)).status).toBe(400);
      expect((await confirm(await mailed.token(second, CONFIRM_NEW))).status).toBe(204);
      expect((await confirm(old)).status).toBe(400);
      expect(await me(token)).toMatchObject({ email: second });
    });
  });
});
