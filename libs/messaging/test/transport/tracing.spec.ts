import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { EventPublisher } from '../../src/index.js';
import { Log, Orders, correlated, inRequest, ordered } from './orders.controller.js';
import { Platform } from './platform.js';
import { RecordedSpans } from './recorded-spans.js';
import { eventEntries } from './stream-entries.js';

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
