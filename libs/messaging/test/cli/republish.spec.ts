import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisForTest, redisForTest } from '@trilith/testing';
import { Redis } from 'ioredis';

import { moment } from '../../src/cli/moment.js';
import type { Backend } from '../outbox/backend.js';
import { mongoBackend } from '../outbox/mongo-backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';
import { eventEntries } from '../transport/stream-entries.js';
import { messages } from './command-line.js';

describe.each([
  { kind: 'postgres', variable: 'DATABASE_URL', backendKind: postgresBackend },
  { kind: 'mongo', variable: 'MONGODB_URL', backendKind: mongoBackend },
])('trilith-messages republish from $kind', ({ kind, variable, backendKind }) => {
  let backend: Backend;
  let place: RedisForTest;
  let redis: Redis;

  beforeEach(async () => {
    [backend, place] = await Promise.all([backendKind.open(), redisForTest()]);
    redis = new Redis(place.url);
  });

  afterEach(async () => {
    redis.disconnect();
    await Promise.all([backend.close(), place.close()]);
  });

  const republish = async (...args: string[]) =>
    messages(['republish', 'shop', '--outbox', kind, '--prefix', place.prefix, ...args], {
      REDIS_URL: place.url,
      [variable]: backend.location.url,
    });
  const published = async () => eventEntries(redis, { prefix: place.prefix, publisher: 'shop' });

  async function send(topic: string): Promise<string> {
    const id = await backend.inTransaction(async () =>
      backend.outbox.add({ topic, key: 'k', payload: { topic } }),
    );
    await backend.store.markSent([id]);
    return id;
  }

  it('should put all that was sent back, under its ids and in its order', async () => {
    const ids = [await send('sold'), await send('paid'), await send('sold')];

    const printed = await republish('--since', '1h');

    expect(printed).toMatchObject({ exitCode: 0, err: '' });
    expect(printed.out).toBe('3 of 3 sent events published again.\n');
    expect((await published()).map(({ id }) => id)).toEqual(ids);
  });

  it('should put back only the topics that are named', async () => {
    await send('sold');
    const paid = await send('paid');

    const printed = await republish('--since', '1h', '--topic', 'paid', '--json');

    expect(JSON.parse(printed.out)).toMatchObject({ read: 2, published: 1, done: true });
    expect(await published()).toMatchObject([{ id: paid, topic: 'paid' }]);
  });

  it('should leave alone what was sent before', async () => {
    await send('sold');

    expect((await republish('--since', '2100-01-01')).out).toMatch(/^0 of 0 /);
    expect(await published()).toEqual([]);
  });

  it('should refuse what it does not understand, and a store that is not named', async () => {
    expect(await republish('--since', 'yesterday')).toMatchObject({ exitCode: 2 });
    const nowhere = await messages(['republish', 'shop', '--outbox', kind, '--since', '1h'], {
      REDIS_URL: place.url,
    });
    expect(nowhere).toMatchObject({ exitCode: 2, err: expect.stringContaining(variable) });
  });
});

describe('a moment', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
  ])('should be %s ago', (text, ms) => {
    const before = Date.now();
    const ago = moment(text).getTime();
    expect(ago).toBeGreaterThanOrEqual(before - ms);
    expect(ago).toBeLessThanOrEqual(Date.now() - ms);
  });

  it('should be a time', () => {
    expect(moment('2026-11-24T22:00:00Z').toISOString()).toBe('2026-11-24T22:00:00.000Z');
  });

  it.each(['', 'now', '7', '1w', '-1h', '2026-99-99', '1e3s'])('should not be %j', (text) => {
    expect(() => moment(text)).toThrow('ISO 8601');
  });
});
