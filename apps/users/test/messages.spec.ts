import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getAccount } from '@trilith/contracts';
import { eventually, faultyProxy, type FaultyProxy } from '@trilith/testing';
import { z } from 'zod';

import { startNeighbour } from './neighbour.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('messages', () => {
  let stores: Stores;
  let network: FaultyProxy;
  let app: NestFastifyApplication;
  let neighbour: Awaited<ReturnType<typeof startNeighbour>>;

  const signUp = (json: unknown) => call(app, 'POST', '/v1/accounts', { json });
  const stored = async (sql: string, values: unknown[] = []) => {
    const { rows } = await stores.database.query<Record<string, unknown>>(sql, values);
    return rows;
  };

  beforeAll(async () => {
    stores = await openStores();
    network = await faultyProxy(stores.redisUrl);
    neighbour = await startNeighbour(stores);
    app = await startUsers({ ...stores, redisUrl: network.url });
    await app.startAllMicroservices();
  });

  afterAll(async () => {
    network?.heal();
    await app?.close();
    await neighbour?.close();
    await network?.close();
    await stores?.close();
  });

  describe('events', () => {
    it('show in the metrics: how many were published, and how many wait', async () => {
      const { body } = await signUp(newPerson());
      await eventually(() => expect(neighbour.heardOf(String(body.id))).toHaveLength(1));
      await eventually(async () => {
        const { payload } = await app.inject('/metrics');
        expect(payload).toMatch(
          /^messaging_events_published_total\{topic="accounts.created"\} [1-9]/m,
        );
        expect(payload).toMatch(/^messaging_outbox_pending\{outbox="default"\} 0$/m);
        expect(payload).toMatch(/^messaging_outbox_oldest_age_seconds\{outbox="default"\} 0$/m);
      });
    });

    it('tell others of a new account, once, with the correlation of the request', async () => {
      const person = newPerson();
      const { body, headers } = await signUp(person);
      const id = String(body.id);
      await eventually(() => expect(neighbour.heardOf(id)).toHaveLength(1));
      expect(neighbour.heardOf(id)).toEqual([
        {
          topic: 'accounts.created',
          payload: {
            accountId: id,
            username: person.username,
            displayName: person.displayName,
            avatarUrl: null,
            preferences: {},
            version: 1,
            createdAt: body.createdAt,
          },
          headers: expect.objectContaining({ 'x-correlation-id': headers['x-correlation-id'] }),
        },
      ]);
      await eventually(async () => {
        const rows = await stored('SELECT sent_at FROM outbox WHERE key = $1', [id]);
        expect(rows).toEqual([{ sent_at: expect.any(Date) }]);
      });
    });

    it('never hold the e-mail address or the password', async () => {
      const person = newPerson();
      const { body } = await signUp(person);
      const rows = await stored('SELECT * FROM outbox WHERE key = $1', [body.id]);
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(person.email);
      expect(JSON.stringify(rows)).not.toContain(person.password);
    });

    it('tell others of each change, in the order of its versions', async () => {
      const { id, token } = await signedIn(app);
      const names = ['Countess', 'Ada', 'Ada King'];
      await Promise.all(
        names.map((displayName) =>
          call(app, 'PATCH', '/v1/accounts/me', { token, json: { displayName } }),
        ),
      );
      await eventually(() => expect(neighbour.heardOf(id)).toHaveLength(4));
      const heard = neighbour.heardOf(id);
      expect(heard.map(({ payload }) => payload.version)).toEqual([1, 2, 3, 4]);
      expect(heard.slice(1).map(({ topic }) => topic)).toEqual(names.map(() => 'accounts.updated'));
      const { body } = await call(app, 'GET', `/v1/accounts/${id}`);
      expect(heard.at(-1)?.payload).toMatchObject({ displayName: body.displayName });
    });

    it('are not sent for a change that changes nothing', async () => {
      const { id, token, displayName } = await signedIn(app);
      await call(app, 'PATCH', '/v1/accounts/me', { token, json: { displayName } });
      expect(await stored('SELECT topic FROM outbox WHERE key = $1', [id])).toEqual([
        { topic: 'accounts.created' },
      ]);
    });

    it('are not stored for a sign-up that is refused', async () => {
      const person = newPerson();
      await signUp(person);
      const before = await stored('SELECT count(*) FROM outbox');
      await Promise.all(
        Array.from({ length: 5 }, () => signUp({ ...newPerson(), email: person.email })),
      );
      expect(await stored('SELECT count(*) FROM outbox')).toEqual(before);
    });

    it('are stored if and only if the change is: neither, when the commit fails', async () => {
      await stored(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'refused at commit'; END $$;
        CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON accounts
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.username = 'refused_at_commit')
          EXECUTE FUNCTION refuse()`);
      const before = await stored('SELECT count(*) FROM outbox');
      const { status } = await signUp({ ...newPerson(), username: 'refused_at_commit' });
      expect(status).toBe(500);
      expect(await stored('SELECT count(*) FROM outbox')).toEqual(before);
      expect(await stored("SELECT FROM accounts WHERE username = 'refused_at_commit'")).toEqual([]);
    });

    it('are stored if and only if the change is: neither, when the event can’t be stored', async () => {
      await stored(`
        CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'refused event'; END $$;
        CREATE TRIGGER refuse_event BEFORE INSERT ON outbox FOR EACH ROW
          WHEN (NEW.payload ->> 'username' = 'refused_event') EXECUTE FUNCTION refuse_event()`);
      expect((await signUp({ ...newPerson(), username: 'refused_event' })).status).toBe(500);
      expect(await stored("SELECT FROM accounts WHERE username = 'refused_event'")).toEqual([]);
    });

    it('wait for Redis to come back, while people sign up as ever', async () => {
      network.cut();
      const { status, body } = await signUp(newPerson());
      expect(status).toBe(201);
      const id = String(body.id);
      expect((await call(app, 'GET', '/health/ready')).body).toMatchObject({
        checks: { postgres: { status: 'up' }, redis: { status: 'down' } },
      });
      network.heal();
      await eventually(() => expect(neighbour.heardOf(id)).toHaveLength(1));
    });
  });

  describe('accounts.get', () => {
    it('gives what an account shows to everybody', async () => {
      const { id, username, displayName } = await signedIn(app);
      expect(await neighbour.users.ask(getAccount, { accountId: id })).toEqual({
        accountId: id,
        username,
        displayName,
        avatarUrl: null,
        preferences: {},
        version: 1,
      });
    });

    it('refuses with account_not_found', async () => {
      const accountId = '01890a5d-ac96-774b-bcce-b302099a8057';
      await expect(neighbour.users.ask(getAccount, { accountId })).rejects.toMatchObject({
        code: 'account_not_found',
        facts: { accountId },
      });
    });

    it.each([[{ accountId: 'x' }], [{}], [null], ['text'], [{ accountId: { $ne: '' } }]])(
      'refuses %j as invalid',
      async (payload) => {
        // What a caller sends that does not check it first.
        const unchecked = { ...getAccount, schema: z.unknown() };
        await expect(neighbour.users.ask(unchecked, payload)).rejects.toMatchObject({
          code: 'invalid_payload',
        });
      },
    );
  });
});
