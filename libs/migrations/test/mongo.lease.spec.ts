import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient, type Collection, type Db } from 'mongodb';
import { MongoLeases } from '../src/mongo/mongo.lease.js';
import type { TestDatabase } from './database.js';
import { createMongo } from './mongo-under-test.js';

const options = { leaseMs: 20, commandTimeoutMs: 30_000 };

/** A database of which `onLook` happens after each look at a document, before who looked knows. */
function looking(db: Db, onLook: () => Promise<void>): Db {
  const collection = (of: Collection) =>
    new Proxy(of, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key !== 'findOne') return value.bind(target) as unknown;
        return async (filter: object) => {
          const found = await target.findOne(filter);
          await onLook();
          return found;
        };
      },
    });
  return {
    collection: (...given: Parameters<Db['collection']>) => collection(db.collection(...given)),
  } as Db;
}

describe('the lease on MongoDB', () => {
  let database: TestDatabase;
  let client: MongoClient;

  beforeEach(async () => {
    database = await createMongo();
    client = new MongoClient(database.url);
  });
  afterEach(async () => {
    await client.close();
    await database.drop();
  });

  const taken = async (leases: MongoLeases, holder: string) => {
    const lease = await leases.tryTake(holder);
    if (!lease) throw new Error(`${holder} did not get the lease`);
    return lease;
  };

  it('is not taken from a holder who renews it between the look and the taking', async () => {
    const lease = await taken(new MongoLeases(client.db(), options), 'first');
    // Waits for the answer longer than the lease lasts, which is short here.
    const holding = new MongoLeases(client.db(), { ...options, leaseMs: 60_000 });
    let renews = false;
    const renewals: boolean[] = [];
    const wanting = new MongoLeases(
      looking(client.db(), async () => {
        if (renews) renewals.push(await holding.renew(lease));
      }),
      options,
    );
    expect(await wanting.tryTake('second')).toBeUndefined();
    await sleep(2 * options.leaseMs);
    renews = true;
    expect(await wanting.tryTake('second')).toBeUndefined();
    expect(renewals).toEqual([true]);
    expect(await holding.renew(lease)).toBe(true);
  });

  it('is taken by one of two who found it abandoned at the same time', async () => {
    await taken(new MongoLeases(client.db(), options), 'first');
    const wanting = ['second', 'third'].map((holder) => ({
      holder,
      leases: new MongoLeases(client.db(), options),
    }));
    const all = async () =>
      Promise.all(wanting.map(async ({ holder, leases }) => leases.tryTake(holder)));
    expect(await all()).toEqual([undefined, undefined]);
    await sleep(2 * options.leaseMs);
    // Who comes a moment later finds a new holder, whose time has only begun.
    expect((await all()).filter(Boolean)).toHaveLength(1);
  });
});
