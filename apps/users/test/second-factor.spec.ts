import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TOTP } from 'otpauth';

import { outcome, signedUp, signIn } from './session-story.js';
import { call, openStores, startUsers, type Stores } from './users-app.js';

const ROUTE = '/v1/accounts/me/second-factor';
const INVALID = '401 second_factor_invalid';
const REQUIRED = '401 second_factor_required';
const CAFE = '203.0.113.2';
const AFTER = 3;

describe('the second factor', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let replica: NestFastifyApplication;

  type Person = Awaited<ReturnType<typeof signedUp>> & { token: string };

  /** Steps from now, for each code is good once. */
  const codeOf = (secret: string, steps = 0) =>
    TOTP.generate({ secret: new TOTP({ secret }).secret, timestamp: Date.now() + steps * 30_000 });
  const attempt = (
    { username: login, password }: Person,
    code?: string,
    { from = '203.0.113.1', service = app } = {},
  ) =>
    call(service, 'POST', '/v1/sessions', {
      json: { login, password, ...(code !== undefined && { code }) },
      headers: { 'x-forwarded-for': from },
    });
  const ask = (path: string, { token }: Person, json: object) =>
    call(app, 'POST', `${ROUTE}${path}`, { token, json, headers: { 'x-forwarded-for': CAFE } });
  const begin = async (person: Person) => {
    const { status, body } = await ask('', person, { currentPassword: person.password });
    expect(status).toBe(201);
    return body as { secret: string; uri: string };
  };
  const somebody = async (): Promise<Person> => {
    const person = await signedUp(app);
    const held = await signIn(app, person, { 'x-forwarded-for': '203.0.113.1' });
    return { ...person, token: held.accessToken };
  };
  /** Somebody who has a second factor; the code of the step before is used up. */
  const protectedPerson = async () => {
    const person = await somebody();
    const { secret } = await begin(person);
    const { body } = await ask('/confirmation', person, { code: codeOf(secret, -1) });
    return { person, secret, recoveryCodes: body.recoveryCodes as string[] };
  };
  const lockOf = async ({ id }: Person) => {
    const { rows } = await stores.database.query<{ lock_reason: string | null }>(
      'SELECT lock_reason FROM accounts WHERE id = $1',
      [id],
    );
    return rows[0]?.lock_reason;
  };

  beforeAll(async () => {
    stores = await openStores();
    const more = { TRUSTED_PROXIES: '1', LOCK_AFTER_FAILURES: String(AFTER) };
    [app, replica] = await Promise.all([startUsers(stores, more), startUsers(stores, more)]);
  });

  afterAll(async () => {
    await Promise.all([app?.close(), replica?.close()]);
    await stores?.close();
  });

  it('is asked for once it is confirmed, and not before', async () => {
    const person = await somebody();
    const { secret, uri } = await begin(person);
    expect(uri).toContain(`otpauth://totp/Trilith:${person.username}?`);
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(outcome(await attempt(person))).toBe('201');
    expect(outcome(await ask('/confirmation', person, { code: '000000' }))).toBe(INVALID);
    const { status, body } = await ask('/confirmation', person, { code: codeOf(secret, -1) });
    expect(status).toBe(200);
    expect(body.recoveryCodes).toHaveLength(10);
    expect(outcome(await attempt(person))).toBe(REQUIRED);
    expect(outcome(await attempt(person, codeOf(secret)))).toBe('201');
  });

  it('is told of to nobody without the password', async () => {
    const { person, secret } = await protectedPerson();
    const wrong = { ...person, password: 'a guess at it' };
    expect(outcome(await attempt(wrong))).toBe('401 credentials_invalid');
    expect(outcome(await attempt(wrong, codeOf(secret)))).toBe('401 credentials_invalid');
  });

  it('takes each code once, over replicas at the same time, too', async () => {
    const { person, secret } = await protectedPerson();
    const code = codeOf(secret);
    const answers = await Promise.all(
      [app, replica, app, replica].map((service) => attempt(person, code, { service })),
    );
    const outcomes = answers.map(outcome);
    expect(outcomes.filter((each) => each === '201')).toHaveLength(1);
    expect(outcome(await attempt(person, code))).not.toBe('201');
  });

  it('takes no code of a step before the last one that was taken', async () => {
    const { person, secret } = await protectedPerson();
    expect(outcome(await attempt(person, codeOf(secret, 1)))).toBe('201');
    expect(outcome(await attempt(person, codeOf(secret)))).toBe(INVALID);
  });

  it('of one account is not good for another', async () => {
    const [one, other] = [await protectedPerson(), await protectedPerson()];
    expect(outcome(await attempt(one.person, codeOf(other.secret)))).toBe(INVALID);
    expect(outcome(await attempt(one.person, other.recoveryCodes[0]))).toBe(INVALID);
  });

  it('can be a recovery code, each of them once, at the same time, too', async () => {
    const { person, recoveryCodes } = await protectedPerson();
    const [first = '', second = ''] = recoveryCodes;
    const answers = await Promise.all(
      [app, replica].map((service) => attempt(person, first, { service })),
    );
    expect(answers.map(outcome).toSorted()).toEqual(['201', INVALID]);
    expect(outcome(await attempt(person, second.toUpperCase().replaceAll('-', ' ')))).toBe('201');
    const { body } = await call(app, 'GET', ROUTE, { token: person.token });
    expect(body).toEqual({ isEnabled: true, recoveryCodesLeft: 8 });
  });

  it('is stored sealed and hashed, and opens in no other row', async () => {
    const { person, secret, recoveryCodes } = await protectedPerson();
    const { person: thief, secret: own } = await protectedPerson();
    const { rows } = await stores.database.query(
      `SELECT secret_jwe, encode(code_hash, 'escape') AS hash FROM second_factors
         JOIN recovery_codes USING (account_id) WHERE account_id = $1`,
      [person.id],
    );
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(secret);
    for (const code of recoveryCodes) expect(stored).not.toContain(code);
    await stores.database.query(
      `UPDATE second_factors SET secret_jwe =
         (SELECT secret_jwe FROM second_factors WHERE account_id = $1) WHERE account_id = $2`,
      [thief.id, person.id],
    );
    expect((await attempt(person, codeOf(own))).status).not.toBe(201);
  });

  it('guessed too often locks the account, and then no code is taken from strangers', async () => {
    const { person, secret } = await protectedPerson();
    for (let guess = 0; guess < AFTER; guess += 1) {
      expect(outcome(await attempt(person, `00000${guess}`, { from: CAFE }))).toBe(INVALID);
    }
    expect(await lockOf(person)).toBe('guessing');
    expect(outcome(await attempt(person, codeOf(secret), { from: CAFE }))).toBe(
      '401 credentials_invalid',
    );
    expect(outcome(await attempt(person, codeOf(secret)))).toBe('201');
  });

  it('guessed by who has a token and the password is counted as well', async () => {
    const { person, secret } = await protectedPerson();
    const proof = (code: string) => ({ currentPassword: person.password, code });
    for (let guess = 0; guess < AFTER; guess += 1) {
      expect(outcome(await ask('/removal', person, proof(`00000${guess}`)))).toBe(INVALID);
    }
    expect(await lockOf(person)).toBe('guessing');
    expect(outcome(await ask('/removal', person, proof(codeOf(secret))))).toBe(INVALID);
    expect(outcome(await ask('/recovery-codes', person, proof(codeOf(secret))))).toBe(INVALID);
    expect(outcome(await attempt(person))).toBe(REQUIRED);
  });

  it('leaves an attempt without a code uncounted, and it clears nothing', async () => {
    const { person } = await protectedPerson();
    await attempt(person, '000000', { from: CAFE });
    for (let time = 0; time < AFTER; time += 1) await attempt(person, undefined, { from: CAFE });
    const { rows } = await stores.database.query<{ failed_login_attempts: number }>(
      'SELECT failed_login_attempts FROM accounts WHERE id = $1',
      [person.id],
    );
    expect(rows[0]?.failed_login_attempts).toBe(1);
  });

  it('is removed by password and code, and may be begun again', async () => {
    const { person, secret } = await protectedPerson();
    const { password: currentPassword } = person;
    expect(outcome(await ask('', person, { currentPassword }))).toBe('409 second_factor_enabled');
    expect(
      outcome(await ask('/removal', person, { currentPassword: 'wrong', code: codeOf(secret) })),
    ).toBe('403 password_wrong');
    expect(outcome(await ask('/removal', person, { currentPassword, code: codeOf(secret) }))).toBe(
      '204',
    );
    expect(outcome(await attempt(person))).toBe('201');
    const { body } = await call(app, 'GET', ROUTE, { token: person.token });
    expect(body).toEqual({ isEnabled: false, recoveryCodesLeft: 0 });
    expect((await begin(person)).secret).not.toBe(secret);
  });

  it('gets other recovery codes, and those before are good no more', async () => {
    const { person, secret, recoveryCodes } = await protectedPerson();
    const proof = { currentPassword: person.password, code: codeOf(secret) };
    const { body } = await ask('/recovery-codes', person, proof);
    const [fresh] = body.recoveryCodes as string[];
    expect(outcome(await attempt(person, recoveryCodes[0]))).toBe(INVALID);
    expect(outcome(await attempt(person, fresh))).toBe('201');
  });

  it.each(['/confirmation', '/recovery-codes', '/removal'])(
    'that is not there has nothing for %s',
    async (path) => {
      const person = await somebody();
      const json = path === '/confirmation' ? {} : { currentPassword: person.password };
      expect(outcome(await ask(path, person, { ...json, code: '123456' }))).toBe(
        '409 second_factor_missing',
      );
    },
  );

  it('confirmed by two requests at once gives one set of recovery codes', async () => {
    const person = await somebody();
    const { secret } = await begin(person);
    const code = codeOf(secret, -1);
    const answers = await Promise.all([1, 2].map(() => ask('/confirmation', person, { code })));
    expect(answers.map(outcome).toSorted()).toEqual(['200', '409 second_factor_missing']);
    const { body } = await call(app, 'GET', ROUTE, { token: person.token });
    expect(body.recoveryCodesLeft).toBe(10);
  });
});
