import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TieredCache } from '@trilith/cache';
import { LockManager } from '@trilith/locks';
import { eventually } from '@trilith/testing';

import { MonthlyPartitions } from '../src/activity/monthly-partitions.js';
import { ReplicaReads } from '../src/database/replica-reads.js';
import { ReportsRepository } from '../src/reports/reports.repository.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('reports', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let replica: NestFastifyApplication;
  let admin: string;
  let member: string;

  const get = async (url: string, token = admin, from = app) =>
    call(from, 'GET', `/v1/reports/${url}`, { token });
  const refresh = async () =>
    call(app, 'POST', '/v1/reports/account-stats/refresh', { token: admin });
  const account = async (createdAt: string, { database } = stores) => {
    const { rows } = await database.query<{ id: string }>(
      `INSERT INTO accounts (id, email, username, password_hash, created_at)
       SELECT id, 'p' || n || '@example.org', 'p' || n, '$argon2id$', $1
         FROM (SELECT gen_random_uuid() AS id, substr(md5(random()::text), 1, 16) AS n) AS made
       RETURNING id`,
      [createdAt],
    );
    return rows.map(({ id }) => id).join('');
  };
  const acted = async (accountId: string, occurredAt: string, { database } = stores) =>
    database.query(
      `INSERT INTO activity_events (id, account_id, kind, occurred_at)
       VALUES (gen_random_uuid(), $1, 'post.liked', $2)`,
      [accountId, occurredAt],
    );

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    replica = await startUsers(stores);
    const boss = newPerson();
    await signedIn(app, boss);
    await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE username = $1`, [
      boss.username,
    ]);
    const session = await call(app, 'POST', '/v1/sessions', {
      json: { login: boss.username, password: boss.password },
    });
    admin = String(session.body.accessToken);
    ({ token: member } = await signedIn(app));
  });
  afterAll(async () => {
    await replica?.close();
    await app?.close();
    await stores?.close();
  });

  describe('counted by the database', () => {
    let reports: ReportsRepository;
    /** No service is on it that would retire partitions of other times. */
    let own: Stores;

    beforeAll(async () => {
      own = await openStores();
      reports = new ReportsRepository(new ReplicaReads(own.database, []), own.database);
      const partitions = new MonthlyPartitions({
        pool: own.database,
        table: 'activity_events',
        aheadMonths: 1,
        retentionMonths: 12,
      });
      await partitions.maintain(new Date('2020-01-15T00:00:00Z'));
      await partitions.maintain(new Date('2020-03-15T00:00:00Z'));
    });
    afterAll(async () => {
      await own.close();
    });
    beforeEach(async () => {
      await own.database.query('DELETE FROM accounts');
    });

    it('tell the sign-ups of each month, also of those without any, with total and change', async () => {
      for (const at of [
        '2019-05-01T00:00:00Z',
        '2019-12-31T23:59:59.999Z',
        '2020-01-01T00:00:00Z',
        '2020-01-31T23:59:59.999Z',
        '2020-03-15T00:00:00Z',
        '2020-04-01T00:00:00Z',
      ]) {
        await account(at, own);
      }
      expect(await reports.signUps({ months: 4 }, new Date('2020-03-31T23:00:00Z'))).toEqual([
        { month: '2019-12', signUps: 1, total: 2, change: 1 },
        { month: '2020-01', signUps: 2, total: 4, change: 1 },
        { month: '2020-02', signUps: 0, total: 4, change: -2 },
        { month: '2020-03', signUps: 1, total: 5, change: 1 },
      ]);
    });

    it('tell how many accounts were active by day, week and month, each once', async () => {
      const [ada, bob] = [
        await account('2020-01-01T00:00:00Z', own),
        await account('2020-01-01T00:00:00Z', own),
      ];
      // 1 March 2020 is a Sunday.
      for (const at of ['2020-02-29T23:59:59Z', '2020-03-01T00:00:00Z', '2020-03-02T12:00:00Z']) {
        await acted(ada, at, own);
        await acted(ada, at, own);
      }
      await acted(bob, '2020-03-02T00:00:00Z', own);
      const now = new Date('2020-03-03T10:00:00Z');
      expect(await reports.activeAccounts({ per: 'day', spans: 4 }, now)).toEqual([
        { begins: '2020-02-29', accounts: 1 },
        { begins: '2020-03-01', accounts: 1 },
        { begins: '2020-03-02', accounts: 2 },
        { begins: '2020-03-03', accounts: 0 },
      ]);
      expect(await reports.activeAccounts({ per: 'week', spans: 2 }, now)).toEqual([
        { begins: '2020-02-24', accounts: 1 },
        { begins: '2020-03-02', accounts: 2 },
      ]);
      expect(await reports.activeAccounts({ per: 'month', spans: 3 }, now)).toEqual([
        { begins: '2020-01-01', accounts: 0 },
        { begins: '2020-02-01', accounts: 1 },
        { begins: '2020-03-01', accounts: 2 },
      ]);
    });
  });

  it('are served to admins, in the shape that is described', async () => {
    const signUps = await get('sign-ups?months=2');
    expect(signUps.status).toBe(200);
    expect((signUps.body.months as unknown[]).at(-1)).toMatchObject({
      month: new Date().toISOString().slice(0, 7),
    });
    const active = await get('active-accounts?per=week&spans=3');
    expect([active.status, (active.body.spans as unknown[]).length]).toEqual([200, 3]);
  });

  it('of the view tell its age, and are new on every replica once it was refreshed', async () => {
    await eventually(async () => {
      const { body } = await get('account-stats', admin, replica);
      expect(body.refreshedAt).not.toBeNull();
      expect(Number(body.ageSeconds)).toBeGreaterThanOrEqual(0);
    });
    const busy = await signedIn(app);
    for (let event = 0; event < 3; event += 1) await acted(busy.id, new Date().toISOString());
    const before = await get('account-stats?limit=5', admin, replica);
    await eventually(async () => expect((await refresh()).status).toBe(202));
    await eventually(async () => {
      const { body } = await get('account-stats?limit=5', admin, replica);
      expect(Date.parse(String(body.refreshedAt))).toBeGreaterThan(
        Date.parse(String(before.body.refreshedAt)),
      );
      expect(body.mostActive).toContainEqual(
        expect.objectContaining({ accountId: busy.id, activeDays: 1 }),
      );
    });
  });

  it('are counted once, until what they count is said to be different', async () => {
    const first = await get('sign-ups?months=7');
    await account(new Date().toISOString());
    expect((await get('sign-ups?months=7', admin, replica)).body).toEqual(first.body);
    await app.get(TieredCache).deleteByTag('reports:sign-ups');
    await eventually(async () =>
      expect((await get('sign-ups?months=7', admin, replica)).body).not.toEqual(first.body),
    );
  });

  it('are refreshed by one replica at a time: who comes second is told so', async () => {
    const locks = app.get(LockManager);
    await locks.withLock('users:account-stats', { waitMs: 30_000 }, async () => {
      expect(await refresh()).toMatchObject({ status: 409, body: { code: 'refresh_running' } });
    });
    await eventually(async () => expect((await refresh()).status).toBe(202));
  });

  it.each(['sign-ups', 'active-accounts', 'account-stats'])(
    'on %s are for admins alone',
    async (report) => {
      expect((await call(app, 'GET', `/v1/reports/${report}`)).status).toBe(401);
      expect((await get(report, member)).status).toBe(403);
      expect((await get(report, `${admin}x`)).status).toBe(401);
    },
  );

  it('are refreshed for admins alone', async () => {
    const url = '/v1/reports/account-stats/refresh';
    expect((await call(app, 'POST', url)).status).toBe(401);
    expect((await call(app, 'POST', url, { token: member })).status).toBe(403);
  });

  it.each([
    'sign-ups?months=0',
    'sign-ups?months=121',
    'sign-ups?months=1e1',
    'sign-ups?months[]=1',
    "sign-ups?months=1' OR '1'='1",
    'active-accounts?per=year',
    "active-accounts?per=day'--",
    'active-accounts?spans=101',
    'active-accounts?spans=%00',
    'account-stats?limit=0',
    'account-stats?order=id',
  ])('refuse %s', async (query) => {
    expect((await get(query)).status).toBe(400);
  });
});
