import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TieredCache } from '@trilith/cache';
import { eventually, faultyProxy } from '@trilith/testing';

import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('accounts as everybody sees them', () => {
  let stores: Stores;
  let near: NestFastifyApplication;
  let far: NestFastifyApplication;

  const start = async (more: Record<string, string> = {}) => {
    const app = await startUsers(stores, more);
    await app.startAllMicroservices();
    await app.get(TieredCache).whenSynced();
    return app;
  };
  const see = async (app: NestFastifyApplication, id: string) =>
    (await call(app, 'GET', `/v1/accounts/${id}`)).body;
  const rename = async (id: string, displayName: string) =>
    stores.database.query('UPDATE profiles SET display_name = $2 WHERE account_id = $1', [
      id,
      displayName,
    ]);

  beforeAll(async () => {
    stores = await openStores();
    [near, far] = [await start(), await start()];
  });

  afterAll(async () => {
    await Promise.all([near?.close(), far?.close()]);
    await stores?.close();
  });

  it('are read once for both replicas', async () => {
    const { id, displayName } = await signedIn(near);
    // The event of the sign-up may still come and have it forgotten.
    try {
      await eventually(async () => {
        await rename(id, displayName);
        await see(near, id);
        await rename(id, 'changed past the service');
        expect(await see(far, id)).toMatchObject({ displayName });
      });
    } finally {
      await rename(id, displayName);
    }
  });

  it('show a change at once where it was made, and soon in the other replica', async () => {
    const { id, token } = await signedIn(near);
    await Promise.all([see(near, id), see(far, id)]);
    await call(near, 'PATCH', '/v1/accounts/me', { token, json: { displayName: 'New' } });
    expect(await see(near, id)).toMatchObject({ displayName: 'New', version: 2 });
    await eventually(async () => {
      expect(await see(far, id)).toMatchObject({ displayName: 'New', version: 2 });
    });
  });

  it('show to their owner as they are, whatever is cached', async () => {
    const { id, token } = await signedIn(near);
    await see(far, id);
    await rename(id, 'Past the cache');
    const { body } = await call(far, 'GET', '/v1/accounts/me', { token });
    expect(body).toMatchObject({ displayName: 'Past the cache' });
  });

  it('are there as soon as they are opened, even if somebody asked too early', async () => {
    const { id } = await signedIn(near);
    expect(await see(near, id)).toMatchObject({ id });
  });

  it('answer without Redis for the cache', async () => {
    const { id, token } = await signedIn(near);
    const proxy = await faultyProxy(stores.redisUrl);
    const cut = await start({ CACHE_REDIS_URL: proxy.url });
    await see(cut, id);
    proxy.cut();
    expect(await see(cut, id)).toMatchObject({ id });
    await call(cut, 'PATCH', '/v1/accounts/me', { token, json: { displayName: 'Alone' } });
    expect(await see(cut, id)).toMatchObject({ displayName: 'Alone' });
    await cut.close();
    await proxy.close();
  });
});
