import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, faultyProxy, redisForTest } from '@trilith/testing';

import {
  MessagingModule,
  Outbox,
  OutboxModule,
  type OutboxModuleOptions,
  StreamKeys,
  getOutboxToken,
} from '../../src/index.js';
import { eventEntries } from '../transport/stream-entries.js';
import type { Backend } from './backend.js';
import { postgresBackend } from './postgres-backend.js';
import { relayLogger } from './relay-bench.js';

const NEVER = 2 ** 31 - 1;

describe('OutboxModule', () => {
  let backend: Backend;
  let place: RedisForTest;
  let redis: RedisClient;
  const apps: INestApplicationContext[] = [];

  beforeAll(async () => {
    backend = await postgresBackend.open();
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'outbox-module-spec' });
    await whenReady(redis, 10_000);
  });
  beforeEach(async () => {
    await redis.del(streams());
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map(async (app) => app.close()));
  });
  afterAll(async () => {
    await closeRedis(redis);
    await place.close();
    await backend.close();
  });

  const streams = () => {
    const keys = new StreamKeys(place.prefix);
    return Array.from({ length: 16 }, (_, partition) => keys.partition('tests', partition));
  };
  const start = async (
    relay?: OutboxModuleOptions['relay'],
    { url = place.url, log = [] }: { url?: string; log?: string[] } = {},
  ) => {
    const messaging = {
      redis: { url },
      service: 'tests',
      prefix: place.prefix,
      context: {
        headers: () => ({ 'x-correlation-id': 'c-7' }),
        run: async <T>(_headers: unknown, work: () => Promise<T>) => work(),
      },
    };
    @Module({
      imports: [
        MessagingModule.forRoot(messaging),
        OutboxModule.forRootAsync({ useFactory: () => ({ store: backend.store, relay }) }),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, {
      logger: relayLogger(log),
      abortOnError: false,
    });
    apps.push(app);
    return app;
  };
  const commit = async (app: INestApplicationContext, ...keys: string[]) =>
    backend.inTransaction(async () =>
      app
        .get(Outbox)
        .addAll(keys.map((key) => ({ topic: 'tests.happened', key, payload: { key } }))),
    );
  /** In the order of their ids, which rise: partitions keep the order of each key alone. */
  const published = async () => {
    const read = streams().map(async (stream) => redis.xrange(stream, '-', '+'));
    return (await Promise.all(read))
      .flat()
      .map(([, fields]) => asRecord(fields))
      .toSorted((a, b) => String(a['id']).localeCompare(String(b['id'])));
  };

  it('publishes to the service’s stream what any replica committed, each event once', async () => {
    const replicas = [await start(), await start()] as const;
    const ids: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      ids.push(...(await commit(replicas[0], `${n} a`)), ...(await commit(replicas[1], `${n} b`)));
    }
    await eventually(async () => expect(await published()).toHaveLength(20));
    expect((await published()).map(({ id }) => id)).toEqual(ids);
    expect((await published())[0]).toEqual({
      id: ids[0],
      topic: 'tests.happened',
      key: '0 a',
      payload: '{"key":"0 a"}',
      headers: '{"x-correlation-id":"c-7"}',
    });
  });

  it('does not take a connection that is only just being made for an outage', async () => {
    const log: string[] = [];
    const app = await start(undefined, { log });
    await commit(app, 'first');
    await eventually(async () => expect(await published()).toHaveLength(1));
    expect(log).toEqual([]);
  });

  it('says once that Redis is away at the start, and works when it comes', async () => {
    const proxy = await faultyProxy(place.url);
    proxy.cut();
    const log: string[] = [];
    const app = await start(undefined, { url: proxy.url, log });
    await commit(app, 'late');
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toContain('is interrupted and will be tried again');
    proxy.heal();
    await eventually(async () => expect(await published()).toHaveLength(1));
    await eventually(() => expect(log).toHaveLength(2));
    expect(log[1]).toMatch(/works again after \d+ failed attempts/);
    await Promise.all(apps.splice(0).map(async (one) => one.close()));
    await proxy.close();
  });

  it('publishes, as it stops, what is committed, and lets another replica take over', async () => {
    const first = await start({ pollMs: NEVER, leaseMs: NEVER });
    await commit(first, 'before');
    await eventually(async () => expect(await published()).toHaveLength(1));
    await commit(first, 'last');
    await first.close();
    expect((await published()).map(({ key }) => key)).toEqual(['before', 'last']);

    const second = await start();
    await commit(second, 'next');
    await eventually(async () => expect(await published()).toHaveLength(3));
  });

  it('only adds when told not to relay', async () => {
    const silent = await start(false);
    await commit(silent, 'kept');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await published()).toEqual([]);
    expect(await silent.get(Outbox).lag()).toMatchObject({ pending: 1 });

    await start();
    await eventually(async () => expect(await published()).toMatchObject([{ key: 'kept' }]));
  });

  it('publishes over the connection that it is bound to, and is injected by its name', async () => {
    const main = { redis: { url: place.url }, service: 'main', prefix: place.prefix };
    @Module({
      imports: [
        MessagingModule.forRoot(main),
        MessagingModule.forRoot({ ...main, service: 'tests', name: 'audit' }),
        OutboxModule.forRoot({ store: backend.store, connection: 'audit' }),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    apps.push(app);

    expect(() => app.get(Outbox)).toThrow('could not find Outbox');
    const outbox = app.get<Outbox>(getOutboxToken('audit'));
    await backend.inTransaction(async () =>
      outbox.add({ topic: 'tests.happened', key: 'named', payload: 1 }),
    );
    await eventually(async () => expect(await published()).toMatchObject([{ key: 'named' }]));
    const { prefix } = place;
    expect(await eventEntries(redis, { prefix, publisher: 'main' })).toEqual([]);
  });

  it('waits, when told to, until Redis has on disk what it publishes', async () => {
    const app = await start({ durability: 'aof' });
    await commit(app, 'durable');
    await eventually(async () => expect(await app.get(Outbox).lag()).toMatchObject({ pending: 0 }));
    expect(await published()).toMatchObject([{ key: 'durable' }]);
  });

  it('refuses to wait for the disks of a cluster, in one line', async () => {
    const refused = start({ durability: 'aof' }, { url: 'redis+cluster://127.0.0.1:1' });
    await expect(refused).rejects.toThrow(
      /^messaging\.outbox\.durability: got "aof"; takes "memory" on a cluster.*$/,
    );
  });

  it.each([
    ['batchSize', 0],
    ['batchBytes', 0],
    ['pollMs', Number.NaN],
    ['leaseMs', 5],
    ['retentionMs', -1],
  ])('refuses to start with %s %j, in one line that names it', async (option, value) => {
    const takes = new RegExp(`^messaging.outbox.${option}: got .*; takes a whole number from .*$`);
    await expect(start({ [option]: value })).rejects.toThrow(takes);
  });
});

function asRecord(fields: readonly string[]): Record<string, string | undefined> {
  const record: Record<string, string | undefined> = {};
  for (let n = 0; n < fields.length; n += 2) record[fields[n] ?? ''] = fields[n + 1];
  return record;
}
