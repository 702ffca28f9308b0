import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually, faultyProxy, type FaultyProxy } from '@trilith/testing';

import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

const POOL = {
  DATABASE_POOL_MAX: '2',
  DATABASE_CONNECT_TIMEOUT: '300ms',
  DATABASE_STATEMENT_TIMEOUT: '500ms',
};

describe('when the database misbehaves', () => {
  let stores: Stores;
  let network: FaultyProxy;
  let app: NestFastifyApplication;
  let person: Awaited<ReturnType<typeof signedIn>>;

  /** What is the caller's own never comes from the cache. */
  const look = () => call(app, 'GET', '/v1/accounts/me', { token: person.token });
  const rename = (displayName: string) =>
    call(app, 'PATCH', '/v1/accounts/me', { token: person.token, json: { displayName } });
  const ready = () => call(app, 'GET', '/health/ready');
  /** The service's sessions, as the server sees them. */
  const sessions = async () => {
    const { rows } = await stores.database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'trilith-users'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const locked = async (work: () => Promise<void>) => {
    const client = await stores.database.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM accounts WHERE id = $1 FOR UPDATE', [person.id]);
      await work();
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  };

  beforeEach(async () => {
    stores = await openStores();
    network = await faultyProxy(stores.databaseUrl);
    app = await startUsers({ ...stores, databaseUrl: network.url }, POOL);
    // The deadlines are so short that a busy machine may miss them.
    await eventually(async () => {
      person = await signedIn(app);
    });
  });

  afterEach(async () => {
    network?.heal();
    await app?.close();
    await network?.close();
    await stores?.close();
  });

  it('answers 503 with Retry-After in time when every connection is taken, then serves on', async () => {
    await locked(async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => rename('Countess')));
      for (const { status, body, headers } of answers) {
        expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
    });
    await eventually(async () => {
      expect((await look()).body).toMatchObject({ displayName: 'Ada Lovelace', version: 1 });
    });
    await eventually(async () => {
      expect((await rename('Countess')).body).toMatchObject({ version: 2 });
    });
  });

  it('survives the loss of its idle connections', async () => {
    network.cut();
    expect((await look()).status).toBe(503);
    expect((await call(app, 'GET', '/health/live')).status).toBe(200);
    network.heal();
    await eventually(async () => expect((await look()).status).toBe(200));
  });

  it('survives a server that ends its sessions', async () => {
    await stores.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'trilith-users'`,
    );
    await eventually(async () => expect((await look()).status).toBe(200));
  });

  it('does not wait for a silent server, and uses no connection again that it was silent on', async () => {
    await Promise.all(Array.from({ length: 4 }, look));
    const before = await sessions();
    expect(before.length).toBeGreaterThan(0);
    network.stall();
    const answers = await Promise.all([look(), look(), rename('Countess'), look()]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    network.heal();
    await eventually(async () => expect((await look()).status).toBe(200));
    await eventually(async () => {
      for (const pid of await sessions()) expect(before).not.toContain(pid);
    });
  });

  it('is ready only while the database answers', async () => {
    network.cut();
    await eventually(async () =>
      expect(await ready()).toMatchObject({
        status: 503,
        body: { checks: { postgres: { status: 'down' } } },
      }),
    );
    network.heal();
    await eventually(async () =>
      expect((await ready()).body).toMatchObject({ checks: { postgres: { status: 'up' } } }),
    );
  });

  it('leaves no connection behind when it stops', async () => {
    await Promise.all(Array.from({ length: 10 }, look));
    await app.close();
    await eventually(async () => {
      expect(await sessions()).toEqual([]);
    });
  });
});
