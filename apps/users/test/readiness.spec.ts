import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { call, openStores, startUsers, type Stores } from './users-app.js';

describe('readiness of the users service', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });
  afterAll(async () => {
    await app.close();
    await stores.close();
  });

  const answers = async (expected: object) =>
    eventually(async () =>
      expect((await call(app, 'GET', '/health/ready')).body).toMatchObject({
        checks: { postgres: expected },
      }),
    );
  const record = async (breaking: boolean) =>
    stores.database.query(
      `INSERT INTO schema_migrations (version, name, checksum, state, executed_by, breaking)
       VALUES (9000, 'from_tomorrow', 'x', 'applied', 'a newer release', $1)`,
      [breaking],
    );

  it('is refused while a migration is missing, and names it', async () => {
    const { rows } = await stores.database.query<{ name: string }>(
      'DELETE FROM schema_migrations WHERE version = 2 RETURNING *',
    );
    await answers({ status: 'down', message: 'postgres is behind: misses 0002_outbox_inbox' });
    await stores.database.query(
      'INSERT INTO schema_migrations SELECT * FROM json_populate_record(NULL::schema_migrations, $1)',
      [JSON.stringify(rows[0])],
    );
    await answers({ status: 'up' });
  });

  it('is not refused because a newer release has migrated, unless that broke something', async () => {
    await record(false);
    await answers({ status: 'up' });
    await stores.database.query('DELETE FROM schema_migrations WHERE version = 9000');
    await record(true);
    await answers({ status: 'down', message: expect.stringContaining('9000_from_tomorrow') });
    await stores.database.query('DELETE FROM schema_migrations WHERE version = 9000');
    await answers({ status: 'up' });
  });
});
