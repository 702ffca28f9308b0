import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { AUTH_SECRET, environment, newPerson, openStores, type Stores } from './users-app.js';
import { UsersProcess } from './users-process.js';

describe('the process', () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await openStores();
  });

  afterAll(async () => {
    await stores?.close();
  });

  const signUp = (url: string) =>
    fetch(`${url}/v1/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(newPerson()),
    });

  async function failedStart(env: Record<string, string>) {
    await using users = new UsersProcess(env);
    const status = await users.ended();
    return { status, stderr: users.stderr, stack: /\n\s+at /.test(users.stdout + users.stderr) };
  }

  it('serves when ready, and ends with status 0 when told to', async () => {
    await using users = new UsersProcess(environment(stores));
    const url = await users.url();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await signUp(url)).status).toBe(201);
    users.signal('SIGTERM');
    expect(await users.ended()).toBe(0);
    expect(users.stdout).not.toMatch(/"level":"(?:warn|error|fatal)"/);
    expect(users.stderr).toBe('');
  });

  it('names each variable that is missing or wrong, and shows no secret', async () => {
    const { status, stderr } = await failedStart({ AUTH_SECRET: 'too short', DATABASE_URL: 'x' });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^users: DATABASE_URL: got "x"; takes a URL that starts with postgres/),
      expect.stringMatching(/^users: REDIS_URL: got nothing; takes redis:\/\//),
      expect.stringMatching(/^users: AUTH_SECRET: got a value of 9 characters \(not shown\);/),
      expect.stringMatching(/^users: CURSOR_SECRET: got nothing;/),
    ]);
  });

  it('says in one line that AUTH_SECRET does not open the stored signing keys', async () => {
    await using first = new UsersProcess(environment(stores));
    await first.url();
    const failed = await failedStart(environment(stores, { AUTH_SECRET: `not ${AUTH_SECRET}` }));
    expect(failed).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^users: AUTH_SECRET does not open signing key [^\n]+\n$/),
      stack: false,
    });
  });

  it('says in one line that the database was not migrated', async () => {
    const empty = `empty_${stores.prefix.replaceAll('-', '_')}`;
    await stores.database.query(`CREATE DATABASE ${empty} TEMPLATE template0`);
    try {
      const url = new URL(stores.databaseUrl);
      url.pathname = `/${empty}`;
      expect(await failedStart(environment({ ...stores, databaseUrl: url.href }))).toEqual({
        status: 1,
        stderr: expect.stringMatching(
          /^users: postgres has no table (\w+, )*accounts(, \w+)*: migrate it first\n$/,
        ),
        stack: false,
      });
    } finally {
      await stores.database.query(`DROP DATABASE ${empty} WITH (FORCE)`);
    }
  });

  it('says in one line that the database refuses it, without the password', async () => {
    const url = new URL(stores.databaseUrl);
    url.pathname = '/no_such_database';
    url.password = 'hunter2';
    const failed = await failedStart(environment({ ...stores, databaseUrl: url.href }));
    expect(failed).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^users: postgres can't be used \([^\n]+\)\n$/),
      stack: false,
    });
    expect(failed.stderr).not.toContain('hunter2');
  });

  it('killed in the middle of sign-ups, leaves an event for each account and publishes it later', async () => {
    const doomed = new UsersProcess(environment(stores));
    const url = await doomed.url();
    const signUps = Promise.allSettled(Array.from({ length: 60 }, () => signUp(url)));
    await eventually(async () => {
      const { rowCount } = await stores.database.query('SELECT FROM accounts LIMIT 5');
      expect(rowCount).toBe(5);
    });
    doomed.signal('SIGKILL');
    await Promise.all([signUps, doomed.ended()]);

    await using successor = new UsersProcess(environment(stores));
    await successor.url();
    await eventually(async () => {
      const { rows } = await stores.database.query<{ events: number; unsent: number }>(
        `SELECT count(outbox.key)::int AS events,
                count(*) FILTER (WHERE outbox.sent_at IS NULL)::int AS unsent
         FROM accounts LEFT JOIN outbox ON outbox.key = accounts.id::text
         GROUP BY accounts.id`,
      );
      for (const row of rows) expect(row).toEqual({ events: 1, unsent: 0 });
    });
  });
});
