import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';
import { z } from 'zod';

import {
  EventPublisher,
  InjectEventPublisher,
  InjectMessagingConnections,
  InjectRedisStreamsServer,
  MessagingConnections,
  MessagingModule,
  RedisStreamsClient,
  RedisStreamsServer,
  Subscribe,
  getEventPublisherToken,
  getRedisStreamsServerToken,
  redisStreams,
} from '../../src/index.js';
import { eventEntries } from './stream-entries.js';

const noted = { name: 'notes.written', schema: z.object({ text: z.string() }) };
const seen: string[] = [];

@Controller()
class Notes {
  @EventPattern('notes.written', redisStreams('default'))
  main(@Payload() { text }: { text: string }): void {
    seen.push(`main ${text}`);
  }

  @Subscribe(noted, { connection: 'audit' })
  audit({ text }: { text: string }): void {
    seen.push(`audit ${text}`);
  }

  @Subscribe(noted)
  any({ text }: { text: string }): void {
    seen.push(`any ${text}`);
  }

  @MessagePattern('notes.count', redisStreams('audit'))
  count(): number {
    return 7;
  }
}

@Injectable()
class Holder {
  constructor(
    readonly main: EventPublisher,
    @InjectEventPublisher('audit') readonly audit: EventPublisher,
    @Inject('AUDITOR') readonly auditor: RedisStreamsClient,
  ) {}
}

@Injectable()
class Transport {
  constructor(
    @InjectRedisStreamsServer('audit') readonly server: RedisStreamsServer,
    @InjectMessagingConnections('audit') readonly connections: MessagingConnections,
  ) {}
}

describe('several connections of one application', () => {
  let place: RedisForTest;
  let redis: RedisClient;

  beforeAll(async () => {
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'named-connections-spec' });
    await whenReady(redis, 30_000);
  });
  afterEach(() => {
    seen.length = 0;
  });
  afterAll(async () => {
    await closeRedis(redis);
    await place.close();
  });

  const optionsFor = (part: string) => ({
    redis: { url: place.url },
    prefix: `${place.prefix}:${part}`,
    service: 'notes',
    subscribeTo: ['notes'],
  });
  const start = async () => {
    @Module({
      imports: [
        MessagingModule.forRoot(optionsFor('main')),
        MessagingModule.forRootAsync({ name: 'audit', useFactory: () => optionsFor('audit') }),
        MessagingModule.forFeature([{ token: 'AUDITOR', service: 'notes', connection: 'audit' }]),
      ],
      controllers: [Notes],
      providers: [Holder, Transport],
    })
    class App {}
    // Each connection is a transport of its own, as in an application that serves HTTP too.
    const quiet = { logger: false, abortOnError: false } as const;
    const host = await NestFactory.create(App, new FastifyAdapter(), quiet);
    for (const name of ['default', 'audit']) {
      host.connectMicroservice({ strategy: host.get(getRedisStreamsServerToken(name)) });
    }
    await host.startAllMicroservices();
    return host;
  };

  it('publishes and handles on the connection that was named, and unnamed ones by class', async () => {
    const host = await start();
    try {
      const { main, audit } = host.get(Holder);
      expect(host.get(EventPublisher)).toBe(main);
      expect(host.get(getEventPublisherToken('audit'))).toBe(audit);
      const { server, connections } = host.get(Transport);
      expect(server).toBe(host.get(getRedisStreamsServerToken('audit')));
      expect(connections).not.toBe(host.get(MessagingConnections));
      await main.publish([{ topic: noted, key: '1', payload: { text: 'one' } }]);
      await audit.publish([{ topic: noted, key: '1', payload: { text: 'two' } }]);

      const each = ['any one', 'any two', 'audit two', 'main one'];
      await eventually(() => expect(seen.toSorted()).toEqual(each));
      const published = async (part: string) =>
        eventEntries(redis, { prefix: `${place.prefix}:${part}`, publisher: 'notes' });
      expect(await published('main')).toMatchObject([{ payload: '{"text":"one"}' }]);
      expect(await published('audit')).toMatchObject([{ payload: '{"text":"two"}' }]);
    } finally {
      await host.close();
    }
  });

  it('asks over the connection that a client was bound to', async () => {
    const host = await start();
    try {
      const { auditor } = host.get(Holder);
      const contract = { name: 'notes.count', schema: z.object({}), reply: z.number() };
      expect(await auditor.ask(contract, {}, { timeoutMs: 30_000 })).toBe(7);
    } finally {
      await host.close();
    }
  });

  it('closes every connection with the application', async () => {
    const host = await start();
    try {
      await host.get(Holder).auditor.connect();
      await eventually(async () => {
        expect(await clientsOf('main')).not.toEqual([]);
        expect(await clientsOf('audit')).not.toEqual([]);
      });
    } finally {
      await host.close();
    }
    await eventually(async () => {
      expect([...(await clientsOf('main')), ...(await clientsOf('audit'))]).toEqual([]);
    });
  });

  /** The connections that the server sees. */
  const clientsOf = async (part: string) =>
    String(await redis.client('LIST'))
      .split('\n')
      .filter((line) => line.includes(` name=${place.prefix}:${part}:`));

  it('tells what is missing when only a named connection is there', async () => {
    @Module({ imports: [MessagingModule.forRoot({ ...optionsFor('audit'), name: 'audit' })] })
    class App {}
    const context = await NestFactory.createApplicationContext(App, { logger: false });
    try {
      expect(() => context.get(EventPublisher)).toThrow('could not find EventPublisher');
      expect(context.get(getEventPublisherToken('audit'))).toBeInstanceOf(EventPublisher);
    } finally {
      await context.close();
    }
  });

  it('refuses a name that cannot stand in a key', async () => {
    @Module({ imports: [MessagingModule.forRoot({ ...optionsFor('x'), name: 'a {b}' })] })
    class App {}
    const starting = NestFactory.createApplicationContext(App, {
      logger: false,
      abortOnError: false,
    });
    await expect(starting).rejects.toThrow('messaging.name: got "a {b}"; takes letters');
  });
});
