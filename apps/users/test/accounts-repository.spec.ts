import { TransactionHost } from '@nestjs-cls/transactional';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { AccountsRepository } from '../src/accounts/accounts.repository.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('an account, read by hand', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('is the one that TypeORM reads, in every field that either knows', async () => {
    const { id, token } = await signedIn(app);
    const json = { displayName: 'Countess', avatarUrl: 'https://example.org/a.png' };
    await call(app, 'PATCH', '/v1/accounts/me', { token, json });
    await stores.database.query(
      `UPDATE profiles SET bio = 'b', preferences = '{"theme": "dark"}' WHERE account_id = $1`,
      [id],
    );
    const accounts = app.get(AccountsRepository);
    const byOrm = await app
      .get(TransactionHost)
      .withTransaction(async () => accounts.findByIdForUpdate(id));
    const byHand = await accounts.findById(id);
    expect(byHand).toStrictEqual(byOrm);
    expect(byHand?.profile).toMatchObject({ bio: 'b', preferences: { theme: 'dark' } });
  });

  it('is none for an id that nobody has', async () => {
    const id = '00000000-0000-7000-8000-000000000000';
    expect(await app.get(AccountsRepository).findById(id)).toBeNull();
  });
});
