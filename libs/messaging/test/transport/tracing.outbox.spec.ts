import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from '@trilith/testing';

import { MessagingModule, Outbox, OutboxModule } from '../../src/index.js';
import type { Backend } from '../outbox/backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';
import { Log, Orders, correlated, inRequest, ordered } from './orders.controller.js';
import { Platform } from './platform.js';
import { RecordedSpans } from './recorded-spans.js';

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
