import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { Migrator, mongoMigrationStore } from '../src/index.js';
import type { StoreTimeouts, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo, mongoUnderTest } from './mongo-under-test.js';
import { slowNetwork, type SlowNetwork } from './slow-network.js';
import { waitUntil } from './wait-until.js';

const FOR_EVER_MS = 1_000_000_000;

describe('a runner on MongoDB behind a bad network', () => {
  let database: TestDatabase;
  let directory: TestDirectory;
  let network: SlowNetwork;

  beforeEach(async () => {
    database = await createMongo();
    directory = new TestDirectory({ '0001_a.ts': mongoUnderTest.text.waitsForGate('a') });
    network = await slowNetwork(database.url);
  });
  afterEach(async () => {
    await network[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
    await database.drop();
  });

  const migrator = (timeouts: StoreTimeouts) => {
    const url = new URL(network.url);
    url.searchParams.set('directConnection', 'true');
    // Closing a client waits until its monitor finds the server gone.
    url.searchParams.set('heartbeatFrequencyMS', '500');
    const store = mongoMigrationStore({ url: url.href, ...timeouts });
    return new Migrator({ store, directory: directory.path });
  };
  const isInside = async () => (await database.journal()).length === 1;

  it('keeps its lock although each answer takes longer than the time between two renewals', async () => {
    await using subject = migrator({ leaseMs: 5_000 });
    await using client = new MongoClient(database.url);
    const migrating = subject.up();
    migrating.catch(() => undefined);
    await waitUntil(isInside);
    // Both ways: 1,500 ms, beside 1,000 between two renewals.
    network.delay(750);
    const leases = client.db().collection<{ beat: number }>('schema_migrations_lock');
    const beats = async () => (await leases.findOne())?.beat ?? 0;
    let isOver = false;
    void migrating.catch(() => (isOver = true));
    await waitUntil(async () => isOver || (await beats()) > 8);
    await database.openGate();
    await expect(migrating).resolves.toMatchObject({ total: 1 });
  });

  it('gives up, instead of working on without a lock, when the server goes silent', async () => {
    await using subject = migrator({ leaseMs: 1_000, connectTimeoutMs: 2_000 });
    const migrating = subject.up();
    migrating.catch(() => undefined);
    await waitUntil(isInside);
    network.delay(FOR_EVER_MS);
    await expect(migrating).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
    await database.openGate();
    expect(await database.journal()).toEqual(['a begun']);
  });

  it.each([
    ['status', async (subject: Migrator) => subject.status()],
    ['up', async (subject: Migrator) => subject.up()],
  ])('does not wait for ever for a server that has gone silent: %s', async (_name, asked) => {
    await using subject = migrator({ commandTimeoutMs: 300, connectTimeoutMs: 2_000 });
    await subject.status();
    network.delay(FOR_EVER_MS);
    await expect(asked(subject)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('no answer within 300 ms'),
    });
  });
});
