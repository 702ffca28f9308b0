import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { trace } from '@opentelemetry/api';
import { eventually } from '@trilith/testing';
import { firstValueFrom, throwError } from 'rxjs';
import { z } from 'zod';

import {
  EventPublisher,
  MessagingModule,
  Outbox,
  OutboxModule,
  RedisStreamsContext,
  Subscribe,
} from '../../src/index.js';
import type { Backend } from '../outbox/backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';
import { Platform } from './platform.js';
import { RecordedSpans } from './recorded-spans.js';
import { eventEntries } from './stream-entries.js';

const ordered = { name: 'orders.placed', schema: z.object({ number: z.number() }) };

/** What the handlers saw, and how often they should fail. */
@Injectable()
class Log {
  readonly active: (string | undefined)[] = [];
  readonly headers: Readonly<Record<string, string>>[] = [];
  failures = 0;
}

@Controller()
class Orders {
  constructor(private readonly log: Log) {}

  @Subscribe(ordered)
  onPlaced(@Payload() _order: unknown, @Ctx() context: RedisStreamsContext): void {
    this.log.active.push(trace.getActiveSpan()?.spanContext().spanId);
    this.log.headers.push(context.headers);
    if (context.attempt <= this.log.failures) throw new RangeError('not yet');
  }

  @MessagePattern('orders.get')
  get(): string | undefined {
    return trace.getActiveSpan()?.spanContext().spanId;
  }

  @MessagePattern('orders.refuse')
  refuse(): never {
    throw new RpcException({ code: 'order_not_found', message: 'no such order' });
  }

  @MessagePattern('orders.break')
  break() {
    return throwError(() => new RpcException({ code: 'order_broken', message: 'broken' }));
  }
}

const correlated = {
  headers: () => ({ 'x-correlation-id': 'c-7' }),
  run: async <T>(_headers: unknown, work: () => Promise<T>) => work(),
};
const tracer = trace.getTracer('test');
const inRequest = async <T>(work: () => Promise<T>): Promise<{ result: T; spanId: string }> =>
  tracer.startActiveSpan('request', async (span) => {
    const result = await work();
    span.end();
    return { result, spanId: span.spanContext().spanId };
  });

describe('tracing', () => {
  const spans = new RecordedSpans();
  let platform: Platform;

  beforeAll(() => spans.start());
  beforeEach(async () => {
    platform = await Platform.create();
  });
  afterEach(async () => {
    await platform.close();
    spans.clear();
  });
  afterAll(() => spans.stop());

  const startOrders = async () =>
    platform.start({
      service: 'orders',
      subscribeTo: ['shop', 'orders'],
      controllers: [Orders],
      providers: [Log],
      asks: ['orders'],
      context: correlated,
    });
  const events = (...keys: string[]) =>
    keys.map((key, number) => ({ topic: ordered, key, payload: { number } }));

  it('should make a handler’s span the child of the span that published', async () => {
    const service = await startOrders();
    const { spanId } = await inRequest(async () => service.publisher.publish(events('a')));
    await eventually(() => expect(spans.named('process orders.placed')).toHaveLength(1));

    const [sent] = spans.named('send orders.placed');
    expect(sent).toMatchObject({ kind: 'PRODUCER', parentId: spanId, failed: false });
    const [processed] = spans.named('process orders.placed');
    expect(processed).toMatchObject({
      kind: 'CONSUMER',
      traceId: sent?.traceId,
      parentId: sent?.spanId,
      attributes: {
        'messaging.system': 'redis_streams',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'orders.placed',
        'messaging.message.conversation_id': 'c-7',
        'messaging.consumer.group.name': 'orders',
        'messaging.redis_streams.attempt': 1,
      },
    });
    const { active, headers } = service.get(Log);
    expect(active).toEqual([processed?.spanId]);
    expect(headers[0]?.['traceparent']).toBe(`00-${sent?.traceId}-${sent?.spanId}-01`);
  });

  it('should tell of several events that are sent together as one batch', async () => {
    const service = await startOrders();
    await service.publisher.publish(events('a', 'b', 'c'));
    await service.publisher.publish([
      { topic: 'others.happened', key: 'a', payload: 1 },
      ...events('a'),
    ]);
    expect(spans.named('send orders.placed')[0]?.attributes).toMatchObject({
      'messaging.operation.type': 'send',
      'messaging.batch.message_count': 3,
    });
    expect(spans.named('send')[0]?.attributes).not.toHaveProperty('messaging.destination.name');
  });

  it('should have a span for each attempt, the failed ones with the error’s type', async () => {
    const service = await startOrders();
    service.get(Log).failures = 1;
    await service.publisher.publish(events('a'));
    await eventually(() => expect(spans.named('process orders.placed')).toHaveLength(2));

    const [first, second] = spans.named('process orders.placed');
    expect(first).toMatchObject({ failed: true, attributes: { 'error.type': 'RangeError' } });
    expect(second).toMatchObject({
      failed: false,
      parentId: first?.parentId,
      attributes: { 'messaging.redis_streams.attempt': 2 },
    });
  });

  it('should make a request’s handler the child of its caller', async () => {
    const orders = (await startOrders()).client('orders');
    const { result, spanId } = await inRequest(async () =>
      firstValueFrom(orders.send<string>('orders.get', {})),
    );
    await eventually(() => expect(spans.named('orders/orders.get')).toHaveLength(2));
    const attributes = { 'rpc.system.name': 'redis_streams', 'rpc.method': 'orders/orders.get' };
    const [server, client] = spans
      .named('orders/orders.get')
      .toSorted((one, other) => other.kind.localeCompare(one.kind));
    expect(client).toMatchObject({ kind: 'CLIENT', parentId: spanId, failed: false, attributes });
    expect(server).toMatchObject({ kind: 'SERVER', parentId: client?.spanId, attributes });
    expect(result).toBe(server?.spanId);
  });

  it.each([
    ['orders.refuse', 'order_not_found'],
    ['orders.break', 'order_broken'],
    ['orders.unknown', 'no_handler'],
  ])('should mark both sides of %s as failed: %s', async (topic, code) => {
    const orders = (await startOrders()).client('orders');
    await expect(firstValueFrom(orders.send(topic, {}))).rejects.toMatchObject({ code });
    const both = [`CLIENT true ${code}`, `SERVER true ${code}`];
    await eventually(() => {
      const seen = spans
        .named(`orders/${topic}`)
        .map(
          ({ kind, failed, attributes }) => `${kind} ${failed} ${String(attributes['error.type'])}`,
        );
      expect(seen.toSorted()).toEqual(both);
    });
  });

  it('should end the span of a request that is not answered in time', async () => {
    const caller = { service: 'caller', asks: ['nobody'], requestTimeoutMs: 50 };
    const asked = firstValueFrom(
      (await platform.start(caller)).client('nobody').send('orders.get', {}),
    );
    await expect(asked).rejects.toMatchObject({ code: 'request_timeout' });
    expect(spans.named('nobody/orders.get')).toMatchObject([
      { kind: 'CLIENT', failed: true, attributes: { 'error.type': 'request_timeout' } },
    ]);
  });
});

describe('tracing through the outbox', () => {
  const spans = new RecordedSpans();
  let platform: Platform;
  let backend: Backend;

  beforeAll(async () => {
    spans.start();
    platform = await Platform.create();
    backend = await postgresBackend.open();
  });
  afterAll(async () => {
    await platform.close();
    await backend.close();
    spans.stop();
  });

  it('should make a handler’s span the child of where its event was added, in another request’s batch too', async () => {
    const { url, prefix } = platform.store;
    @Module({
      imports: [
        MessagingModule.forRoot({ redis: { url }, prefix, service: 'shop', context: correlated }),
        OutboxModule.forRoot({ store: backend.store }),
      ],
    })
    class Shop {}
    const shop = await NestFactory.createApplicationContext(Shop, { logger: false });
    try {
      const outbox = shop.get(Outbox);
      const { spanId: both } = await inRequest(async () => {
        return backend.inTransaction(async () =>
          outbox.addAll([
            { topic: ordered, key: 'a', payload: { number: 1 } },
            { topic: ordered, key: 'b', payload: { number: 2 } },
          ]),
        );
      });
      await platform.start({
        service: 'orders',
        subscribeTo: ['shop'],
        controllers: [Orders],
        providers: [Log],
      });
      await eventually(() => expect(spans.named('process orders.placed')).toHaveLength(2));

      const created = spans.named('create orders.placed');
      expect(created).toMatchObject([
        { kind: 'PRODUCER', parentId: both },
        { kind: 'PRODUCER', parentId: both },
      ]);
      const createdIds = created.map(({ spanId }) => spanId);
      const processed = spans.named('process orders.placed');
      expect(new Set(processed.map(({ parentId }) => parentId))).toEqual(new Set(createdIds));
      const sent = spans.named('send orders.placed');
      expect(sent.flatMap(({ linksTo }) => linksTo)).toEqual(createdIds);
      for (const { kind, parentId } of sent) {
        expect([kind, parentId]).toEqual(['CLIENT', undefined]);
      }
    } finally {
      await shop.close();
    }
  });
});

describe('without an SDK', () => {
  it('should send only the headers that the application’s own context gives', async () => {
    const platform = await Platform.create();
    try {
      const service = await platform.start({ service: 'shop', context: correlated });
      await service.get(EventPublisher).publish([{ topic: 't', key: 'k', payload: 1 }]);
      const { prefix } = platform.store;
      const entries = await eventEntries(platform.redis, { prefix, publisher: 'shop' });
      expect(entries).toMatchObject([{ headers: '{"x-correlation-id":"c-7"}' }]);
    } finally {
      await platform.close();
    }
  });
});
