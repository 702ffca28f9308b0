import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually, faultyProxy, postgresForTest } from '@trilith/testing';
import { DataSource } from 'typeorm';
import pg from 'pg';

import { ReplicaReads } from '../src/database/replica-reads.js';
import { SessionPool } from '../src/database/session-pool.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('the database connections', () => {
  let stores: Stores;
  let app: NestFastifyApplication | undefined;

  const start = async (more: Record<string, string> = {}) => {
    app = await startUsers(stores, more);
    return app;
  };
  const sessions = async () => {
    const { rows } = await stores.database.query<{ state: string }>(
      `SELECT state FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'trilith-users'`,
    );
    return rows.map(({ state }) => state);
  };

  beforeEach(async () => {
    stores = await openStores();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await stores.close();
  });

  it('have a name, deadlines, and no compiled plans', async () => {
    const dataSource = (
      await start({
        DATABASE_STATEMENT_TIMEOUT: '7s',
        DATABASE_IDLE_TRANSACTION_TIMEOUT: '11s',
      })
    ).get(DataSource);
    const [settings] = await dataSource.query<Record<string, string>[]>(
      `SELECT current_setting('application_name') AS name, current_setting('jit') AS jit,
              current_setting('statement_timeout') AS statement,
              current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(settings).toEqual({ name: 'trilith-users', jit: 'off', statement: '7s', idle: '11s' });
  });

  it('are no more than the most, and none stays in a transaction, whatever was thrown at them', async () => {
    const service = await start({
      DATABASE_POOL_MAX: '3',
      DATABASE_POOL_MIN: '1',
      DATABASE_CONNECT_TIMEOUT: '60s',
      DATABASE_STATEMENT_TIMEOUT: '60s',
    });
    const { token } = await signedIn(service);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 2 === 0
          ? call(service, 'PATCH', '/v1/accounts/me', { token, json: { displayName: `A${index}` } })
          : call(service, 'PATCH', '/v1/accounts/me', { token, json: { displayName: '\u0000' } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
    await eventually(async () => {
      const states = await sessions();
      expect(states.filter((state) => state !== 'idle')).toEqual([]);
      // The pool, and the one that listens for commits.
      expect(states.length).toBeLessThanOrEqual(4);
    });
  });

  it.each([
    ['true', true],
    ['false', false],
  ])(
    'prepare what they run often, and nothing else, when told %s',
    async (DATABASE_PREPARED_STATEMENTS, isPrepared) => {
      const service = await start({ DATABASE_PREPARED_STATEMENTS });
      // Holds one connection.
      const runner = service.get(DataSource).createQueryRunner();
      for (let run = 0; run < 8; run += 1) {
        await runner.query('SELECT id FROM accounts WHERE email = $1', [`${run}@x`]);
        await runner.query('SELECT * FROM accounts WHERE email = $1', [`${run}@x`]);
      }
      await runner.query('SELECT id FROM accounts WHERE username = $1', ['ada']);
      const rows = (await runner.query(
        `SELECT statement, (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements
          WHERE statement LIKE '%FROM accounts WHERE%'`,
      )) as unknown;
      await runner.release();
      const expected = { statement: 'SELECT id FROM accounts WHERE email = $1', runs: 4 };
      expect(rows).toEqual(isPrepared ? [expected] : []);
    },
  );

  it('for what needs a session are those past the pooler, where one is named', async () => {
    const other = await postgresForTest();
    const service = await start({ DATABASE_DIRECT_URL: other.url });
    const { rows } = await service
      .get(SessionPool)
      .pool.query<{ name: string }>('SELECT current_database() AS name');
    expect(`/${rows[0]?.name}`).toBe(new URL(other.url).pathname);
    await service.close();
    app = undefined;
    await other.close();
  });

  describe('to read replicas', () => {
    const where = async (reads: ReplicaReads) => {
      const [row] = await reads.query<{ name: string }>('SELECT current_database() AS name');
      return `/${row?.name}`;
    };
    const nameOf = (url: string) => new URL(url).pathname;

    it('serve reads that may lag, in turn, and the primary those that may not', async () => {
      const [first, second] = await Promise.all([postgresForTest(), postgresForTest()]);
      const service = await start({ DATABASE_REPLICA_URLS: `${first.url},${second.url}` });
      const reads = service.get(ReplicaReads);
      const seen = new Set([await where(reads), await where(reads), await where(reads)]);
      expect(seen).toEqual(new Set([nameOf(first.url), nameOf(second.url)]));
      // Written and read at once: the replicas know nothing of it.
      const person = await signedIn(service);
      const own = await call(service, 'GET', '/v1/accounts/me', { token: person.token });
      expect([own.status, own.body.username]).toEqual([200, person.username]);
      const others = await call(service, 'GET', `/v1/accounts/${person.id}`);
      expect(others.status).toBe(200);
      await service.close();
      app = undefined;
      await Promise.all([first.close(), second.close()]);
    });

    it('are left for others and then for the primary when they fail, and taken again later', async () => {
      const [first, second] = await Promise.all([postgresForTest(), postgresForTest()]);
      const networks = [await faultyProxy(first.url), await faultyProxy(second.url)] as const;
      const pools = networks.map(({ url }) => {
        const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5_000 });
        pool.on('error', () => undefined);
        return pool;
      });
      let now = 0;
      const reads = new ReplicaReads(stores.database, pools, () => now);
      networks[0].cut();
      expect(new Set([await where(reads), await where(reads)])).toEqual(
        new Set([nameOf(second.url)]),
      );
      networks[1].cut();
      expect(await where(reads)).toBe(nameOf(stores.databaseUrl));
      for (const network of networks) network.heal();
      expect(await where(reads)).toBe(nameOf(stores.databaseUrl));
      now = 5_000;
      expect(await where(reads)).not.toBe(nameOf(stores.databaseUrl));
      await reads.onApplicationShutdown();
      await Promise.all(networks.map(async (network) => network.close()));
      await Promise.all([first.close(), second.close()]);
    });

    it('tell of a wrong statement as it is, rather than ask the next one', async () => {
      const reads = new ReplicaReads(new pg.Pool(), [stores.database]);
      await expect(reads.query('SELECT nonsense')).rejects.toMatchObject({ code: '42703' });
    });
  });
});
