import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { ReplicaReads } from '../src/database/replica-reads.js';
import { ReportsRepository } from '../src/reports/reports.repository.js';
import { startStreamingPair, type StreamingPair } from './standby.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

describe('with a streaming standby as its read replica, the service', () => {
  let pair: StreamingPair;
  let stores: Stores;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    pair = await startStreamingPair();
    const { DATABASE_URL } = process.env;
    process.env.DATABASE_URL = pair.primary;
    try {
      stores = await openStores();
    } finally {
      process.env.DATABASE_URL = DATABASE_URL;
    }
    const replica = new URL(pair.standby);
    replica.pathname = new URL(stores.databaseUrl).pathname;
    app = await startUsers(stores, { DATABASE_REPLICA_URLS: replica.href });
  }, 150_000);
  afterAll(async () => {
    await app?.close();
    await stores?.close();
    await pair?.close();
  });

  const isOnStandby = async () => {
    const [row] = await app
      .get(ReplicaReads)
      .query<{ there: boolean }>('SELECT pg_is_in_recovery() AS there');
    return row?.there;
  };
  /** Past its cache. */
  const signUps = async () => {
    const months = await app.get(ReportsRepository).signUps({ months: 1 }, new Date());
    return months[0]?.signUps;
  };

  it('reads there what may lag, and sees what has come by then', async () => {
    await eventually(async () => expect(await isOnStandby()).toBe(true));
    await signedIn(app);
    await eventually(async () => expect(await signUps()).toBe(1));
  });

  it('shows people what they have written at once, however far the standby lags', async () => {
    const { token, id } = await signedIn(app);
    await eventually(async () => expect(await signUps()).toBe(2));
    await pair.pause();
    const json = { displayName: 'Countess' };
    expect((await call(app, 'PATCH', '/v1/accounts/me', { token, json })).status).toBe(200);
    const own = await call(app, 'GET', '/v1/accounts/me', { token });
    const shown = await call(app, 'GET', `/v1/accounts/${id}`);
    expect([own.body.displayName, shown.body.displayName]).toEqual(['Countess', 'Countess']);
    const later = await signedIn(app);
    expect((await call(app, 'GET', '/v1/accounts/me', later)).status).toBe(200);
    // What may lag, does.
    expect([await isOnStandby(), await signUps()]).toEqual([true, 2]);
    await pair.resume();
    await eventually(async () => expect(await signUps()).toBe(3));
  });

  it('asks the primary when the standby is killed', async () => {
    await pair.killStandby();
    expect(await isOnStandby()).toBe(false);
    expect(await signUps()).toBe(3);
  });
});
