import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import { DataSource } from 'typeorm';

import { AccountSessions } from '../src/sessions/account-sessions.js';
import { ExpiredSessionsKeeper } from '../src/sessions/expired-sessions.keeper.js';
import { SessionsRepository } from '../src/sessions/sessions.repository.js';
import { type Held, outcome, refresh, signedUp, signIn } from './session-story.js';
import { call, openStores, startUsers, type Stores } from './users-app.js';

interface Listed {
  id: string;
  device: string;
  address: string;
  lastSeenAt: string;
  isCurrent: boolean;
}

describe('the sessions of an account', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const list = async ({ accessToken: token }: Held) => {
    const { body } = await call(app, 'GET', '/v1/sessions', { token });
    return body.items as Listed[];
  };
  const end = (which: string, { accessToken: token }: Held) =>
    call(app, 'DELETE', `/v1/sessions/${which}`, { token });
  const lives = async ({ refreshToken }: Held) => (await refresh(app, refreshToken)).status === 200;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores, { TRUSTED_PROXIES: '1' });
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('tell device, address and when they were seen, and which one asks', async () => {
    const person = await signedUp(app);
    const phone = await signIn(app, person, {
      'user-agent': 'Phone/1',
      'x-forwarded-for': '203.0.113.7',
    });
    const laptop = await signIn(app, person, { 'user-agent': 'Laptop/2' });
    const [first, second, ...rest] = await list(phone);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ id: laptop.sessionId, device: 'Laptop/2', isCurrent: false });
    expect(second).toMatchObject({
      id: phone.sessionId,
      device: 'Phone/1',
      address: '203.0.113.7',
      isCurrent: true,
    });
  });

  it('show where one was refreshed last', async () => {
    const held = await signIn(app, await signedUp(app), { 'user-agent': 'Old/1' });
    const [before] = await list(held);
    await refresh(app, held.refreshToken, {
      'user-agent': 'New/2',
      'x-forwarded-for': '203.0.113.9',
    });
    const [after] = await list(held);
    expect(after).toMatchObject({ id: held.sessionId, device: 'New/2', address: '203.0.113.9' });
    expect(Date.parse(after?.lastSeenAt ?? '')).toBeGreaterThan(
      Date.parse(before?.lastSeenAt ?? ''),
    );
  });

  it('take any User-Agent: none, a long one, one with controls', async () => {
    const person = await signedUp(app);
    await signIn(app, person, { 'user-agent': '' });
    await signIn(app, person, { 'user-agent': 'x'.repeat(5_000) });
    const held = await signIn(app, person, { 'user-agent': 'a\tb \u00e9' });
    const devices = (await list(held)).map(({ device }) => device);
    expect(devices.toSorted()).toEqual(['', 'ab \u00e9', 'x'.repeat(200)].toSorted());
  });

  it('end one by one, by their owner', async () => {
    const person = await signedUp(app);
    const [phone, laptop] = [await signIn(app, person), await signIn(app, person)];
    expect((await end(laptop.sessionId, phone)).status).toBe(204);
    expect(outcome(await end(laptop.sessionId, phone))).toBe('404 session_not_found');
    expect(await lives(laptop)).toBe(false);
    expect(await lives(phone)).toBe(true);
  });

  it('of somebody else are not there', async () => {
    const [mine, theirs] = [
      await signIn(app, await signedUp(app)),
      await signIn(app, await signedUp(app)),
    ];
    expect(outcome(await end(theirs.sessionId, mine))).toBe('404 session_not_found');
    expect((await list(mine)).map(({ id }) => id)).toEqual([mine.sessionId]);
    expect(await lives(theirs)).toBe(true);
  });

  it('end by signing out, which does no harm a second time', async () => {
    const person = await signedUp(app);
    const [phone, laptop] = [await signIn(app, person), await signIn(app, person)];
    expect((await end('current', phone)).status).toBe(204);
    expect((await end('current', phone)).status).toBe(204);
    expect(await lives(phone)).toBe(false);
    expect(await lives(laptop)).toBe(true);
  });

  it('end everywhere but here', async () => {
    const person = await signedUp(app);
    const held = await Promise.all(Array.from({ length: 4 }, () => signIn(app, person)));
    const [here, ...others] = held as [Held, ...Held[]];
    const stranger = await signIn(app, await signedUp(app));
    expect((await end('others', here)).status).toBe(204);
    for (const other of others) expect(await lives(other)).toBe(false);
    expect(await lives(here)).toBe(true);
    expect(await lives(stranger)).toBe(true);
  });

  it('are at most a hundred: beyond, those not seen for longest end', async () => {
    const person = await signedUp(app);
    const first = await signIn(app, person);
    await stores.database.query(
      `INSERT INTO sessions (id, account_id, token_hash, device, address, expires_at)
       SELECT gen_random_uuid(), $1, sha256('x'), '', '', now() + interval '1 day'
         FROM generate_series(1, 99)`,
      [person.id],
    );
    await stores.database.query(
      "UPDATE sessions SET last_seen_at = now() - interval '1 hour' WHERE id = $1",
      [first.sessionId],
    );
    const last = await signIn(app, person);
    const ids = (await list(last)).map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids[0]).toBe(last.sessionId);
    expect(ids).not.toContain(first.sessionId);
  });

  it('that are over are neither listed nor kept', async () => {
    const person = await signedUp(app);
    const [over, held] = [await signIn(app, person), await signIn(app, person)];
    await stores.database.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [
      over.sessionId,
    ]);
    expect((await list(held)).map(({ id }) => id)).toEqual([held.sessionId]);
    await signIn(app, person);
    const { rows } = await stores.database.query('SELECT FROM sessions WHERE id = $1', [
      over.sessionId,
    ]);
    expect(rows).toEqual([]);
  });

  it('of people who never come again are deleted batch by batch, and no other', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    const old = (n: number) => `0000000${n}-0000-7000-8000-000000000000`;
    for (let n = 0; n < 5; n += 1) {
      await stores.database.query(
        `INSERT INTO sessions (id, account_id, token_hash, device, address, expires_at)
         VALUES ($1, $2, sha256('x'), '', '', now())`,
        [old(n), person.id],
      );
    }
    const keeper = new ExpiredSessionsKeeper(
      app.get(SessionsRepository),
      { withLock: () => Promise.reject(new Error('not asked for')) },
      2,
    );
    await keeper.endExpired(new Date(), new AbortController().signal);
    const { rows } = await stores.database.query('SELECT id FROM sessions WHERE account_id = $1', [
      person.id,
    ]);
    expect(rows).toEqual([{ id: held.sessionId }]);
  });

  it('all end with what else changes in a transaction, or none', async () => {
    const person = await signedUp(app);
    const held = await signIn(app, person);
    const sessions = app.get(AccountSessions);
    expect(await sessions.endSessions(person.id, { except: held.sessionId })).toBe(0);
    expect(await sessions.endSessions(person.id)).toBe(1);
    expect(await lives(held)).toBe(false);
  });

  it('are not begun by a password that is being changed', async () => {
    const person = await signedUp(app);
    const changing = app.get(DataSource).createQueryRunner();
    await changing.startTransaction();
    await changing.query('UPDATE accounts SET password_hash = $2 WHERE id = $1', [
      person.id,
      '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    ]);
    const json = { login: person.username, password: person.password };
    const signingIn = call(app, 'POST', '/v1/sessions', { json });
    await eventually(async () => {
      const { rows } = await stores.database.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      if (rows.length === 0) throw new Error('nobody waits for the row yet');
    });
    await changing.commitTransaction();
    await changing.release();
    expect(outcome(await signingIn)).toBe('401 credentials_invalid');
    const { rows } = await stores.database.query('SELECT FROM sessions WHERE account_id = $1', [
      person.id,
    ]);
    expect(rows).toEqual([]);
  });
});
