import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { eventually } from '@trilith/testing';

import { type Durability, MessagingModule, Outbox, OutboxModule } from '../../src/index.js';
import { eventEntries } from '../transport/stream-entries.js';
import type { Backend } from './backend.js';
import { postgresBackend } from './postgres-backend.js';
import { RedisServer } from './redis-server.js';

const prefix = 'durability';
const everysec = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];

// Each case starts a server: that takes the program, on this machine.
describe('events that count as sent', () => {
  let backend: Backend;
  let server: RedisServer;
  let redis: RedisClient;
  let app: INestApplicationContext | undefined;
  let committed: string[];

  beforeAll(async () => {
    backend = await postgresBackend.open();
  });
  beforeEach(async () => {
    committed = [];
    server = await RedisServer.start(everysec);
    redis = createRedis({ url: server.url, name: 'durability-spec', maxReconnectDelayMs: 50 });
    await whenReady(redis, 10_000);
  });
  afterEach(async () => {
    await app?.close();
    await closeRedis(redis);
    await server[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await backend.close();
  });

  const start = async (durability: Durability) => {
    const relay = { durability, publishTimeoutMs: 1_000, retryMinMs: 10, retryMaxMs: 100 };
    @Module({
      imports: [
        MessagingModule.forRoot({ redis: { url: server.url }, service: 'tests', prefix }),
        OutboxModule.forRoot({ store: backend.store, relay }),
      ],
    })
    class App {}
    app = await NestFactory.createApplicationContext(App, { logger: false });
    return app.get(Outbox);
  };
  const commit = async (outbox: Outbox, count: number) => {
    const events = Array.from({ length: count }, (_, n) => ({
      topic: 'tests.happened',
      key: String(n),
      payload: n,
    }));
    committed.push(...(await backend.inTransaction(async () => outbox.addAll(events))));
  };
  const allSent = async () =>
    eventually(async () => expect((await backend.store.lag()).pending).toBe(0), {
      timeoutMs: 60_000,
    });
  const published = async () => {
    await whenReady(redis, 10_000);
    const entries = await eventEntries(redis, { prefix, publisher: 'tests' });
    return new Set(entries.map(({ id }) => id));
  };
  /** Of what counts as sent by now, what Redis does not have. */
  const missing = async () => {
    const unsent = new Set((await backend.store.unsent(10_000)).map(({ id }) => id));
    const known = await published();
    return committed.filter((id) => !unsent.has(id) && !known.has(id));
  };
  /** Power fails after events were published and before the disk had them. */
  const losePowerAfterPublishing = async (outbox: Outbox, until: () => Promise<void>) => {
    await commit(outbox, 20);
    await allSent();
    // What was written until here is on disk, and nothing more will be.
    expect(await redis.call('WAITAOF', 1, 0, 10_000)).toEqual([1, 0]);
    await redis.config('SET', 'appendfsync', 'no');
    const onDisk = await server.aofBytes();
    await commit(outbox, 20);
    await eventually(async () =>
      expect([...(await published())]).toEqual(expect.arrayContaining(committed)),
    );
    await until();
    await server.losePower(onDisk);
    await server.run();
    await whenReady(redis, 10_000);
  };

  it('are on disk with durability aof, and outlive a loss of power', async () => {
    const outbox = await start('aof');
    // Time in which a relay that does not wait would have marked them.
    await losePowerAfterPublishing(outbox, async () => sleep(500));
    expect(await missing()).toEqual([]);
    await allSent();
    expect(await missing()).toEqual([]);
    expect([...(await published())]).toEqual(expect.arrayContaining(committed));
  });

  it('may be lost with durability memory: the control', async () => {
    const outbox = await start('memory');
    await losePowerAfterPublishing(outbox, allSent);
    expect((await missing()).length).toBe(20);
  });

  it('outlive that the server is killed again and again', async () => {
    const outbox = await start('aof');
    for (let life = 0; life < 5; life += 1) {
      for (let n = 0; n < 10; n += 1) await commit(outbox, 10);
      await sleep(Math.random() * 300);
      await server.kill();
      await server.run();
      expect(await missing()).toEqual([]);
    }
    await allSent();
    expect(await missing()).toEqual([]);
  });
});
