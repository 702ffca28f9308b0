import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { csv, asRow, Importer, person, signedInAdmin } from './import-story.js';
import { startNeighbour } from './neighbour.js';
import { type PgBouncer, pgBouncerVersion, startPgBouncer } from './pg-bouncer.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

const version = pgBouncerVersion();
if (version === undefined) {
  process.stderr.write(
    'SKIPPED: the tests of the users service behind PgBouncer, which is not installed here ' +
      '(Debian and Ubuntu: apt-get install pgbouncer).\n',
  );
}
const isInstalled = version === undefined ? describe.skip : describe;
/** From then on it knows prepared statements. */
const knowsStatements = Number(version?.split('.')[1]) >= 21 || Number(version) >= 2;
/** Sessions of the server: far fewer than the service opens. */
const SESSIONS = 2;

isInstalled(`behind PgBouncer ${version} in transaction mode, the service`, () => {
  let stores: Stores;
  let pooler: PgBouncer;
  let app: NestFastifyApplication;
  let admin: Awaited<ReturnType<typeof signedInAdmin>>;

  beforeAll(async () => {
    stores = await openStores();
    const database = new URL(stores.databaseUrl);
    // As the README has it: what the service would set for its sessions is set for its role.
    for (const setting of [
      'jit = off',
      `statement_timeout = '5s'`,
      `idle_in_transaction_session_timeout = '10s'`,
    ]) {
      await stores.database.query(
        `ALTER ROLE "${database.username}" IN DATABASE "${database.pathname.slice(1)}" SET ${setting}`,
      );
    }
    pooler = await startPgBouncer(stores.databaseUrl, SESSIONS);
    app = await startUsers(stores, {
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: stores.databaseUrl,
      DATABASE_PREPARED_STATEMENTS: String(knowsStatements),
      // Callers wait for the few sessions, not for each other's time.
      DATABASE_CONNECT_TIMEOUT: '30s',
      DATABASE_STATEMENT_TIMEOUT: '30s',
    });
    await app.startAllMicroservices();
    admin = await signedInAdmin(app, stores);
  });
  afterAll(async () => {
    await app?.close();
    await pooler?.close();
    await stores?.close();
  });

  it('serves many callers at once on few sessions of the server', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, async () => signedIn(app)));
    const answers = await Promise.all(
      people.flatMap(({ token, displayName }) => [
        call(app, 'GET', '/v1/accounts/me', { token }),
        call(app, 'PATCH', '/v1/accounts/me', {
          token,
          json: { displayName: `${displayName} II` },
        }),
        call(app, 'GET', '/v1/accounts/me/activity', { token }),
      ]),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { token } of people) {
      const { body } = await call(app, 'GET', '/v1/accounts/me', { token });
      expect(body).toMatchObject({ displayName: 'Ada Lovelace II', version: 2 });
    }
    expect(await pooler.sessions()).toBeLessThanOrEqual(SESSIONS);
  });

  it('keeps transactions whole: a taken name leaves nothing behind', async () => {
    const taken = newPerson();
    await signedIn(app, taken);
    const others = Array.from({ length: 6 }, () => ({ ...newPerson(), username: taken.username }));
    const answers = await Promise.all(
      others.map(async (json) => call(app, 'POST', '/v1/accounts', { json })),
    );
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 409));
    const { rows } = await stores.database.query('SELECT FROM accounts WHERE email = ANY($1)', [
      others.map(({ email }) => email),
    ]);
    expect(rows).toEqual([]);
  });

  it('tells others of commits at once, by the session past the pooler', async () => {
    const neighbour = await startNeighbour(stores);
    try {
      const { id } = await signedIn(app);
      await eventually(() => expect(neighbour.heardOf(id)).toHaveLength(1));
    } finally {
      await neighbour.close();
    }
  });

  it('makes partitions and refreshes the view past the pooler', async () => {
    await eventually(async () => {
      const { rows } = await stores.database.query(
        `SELECT FROM pg_inherits WHERE inhparent = 'activity_events'::regclass`,
      );
      expect(rows.length).toBeGreaterThan(3);
    });
    const refresh = async () =>
      (await call(app, 'POST', '/v1/reports/account-stats/refresh', admin)).status;
    await eventually(async () => expect(await refresh()).toBe(202));
    await eventually(async () => {
      const { body } = await call(app, 'GET', '/v1/reports/account-stats', admin);
      expect(body.refreshedAt).not.toBeNull();
    });
  });

  it('imports accounts by COPY', async () => {
    const people = Array.from({ length: 50 }, person);
    const { rows } = await new Importer(app, admin.token).import('csv', csv(...people.map(asRow)));
    expect(rows).toMatchObject({ imported: 50, refused: 0 });
  });
});
