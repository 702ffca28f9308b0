import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';
import { Observable, concat, defer, from, of } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';

import {
  EventPublisher,
  Idempotent,
  type Inbox,
  InboxModule,
  MessagingModule,
  RedisStreamsContext,
  RedisStreamsServer,
  Subscribe,
} from '../../src/index.js';
import type { Backend } from '../outbox/backend.js';
import { mongoBackend } from '../outbox/mongo-backend.js';
import { postgresBackend } from '../outbox/postgres-backend.js';

const placed = { name: 'orders.placed', schema: z.object({ order: z.string() }) };
type Placed = z.infer<typeof placed.schema>;

const kinds = [postgresBackend, mongoBackend];
describe.each(kinds)('@Idempotent() with an inbox in $name', (kind) => {
  let backend: Backend;
  let place: RedisForTest;
  let closing: (() => Promise<void>)[];

  beforeAll(async () => {
    backend = await kind.open();
  });
  beforeEach(async () => {
    place = await redisForTest();
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing) await close();
    await place.close();
  });
  afterAll(async () => {
    await backend.close();
  });

  async function start(controllers: Type[], inbox: Inbox | undefined = backend.inbox) {
    const messaging = MessagingModule.forRoot({
      redis: { url: place.url },
      prefix: place.prefix,
      service: 'orders',
      subscribeTo: ['orders'],
      retryDelayMs: 10,
      maxRetryDelayMs: 10,
    });
    const imports = inbox ? [messaging, InboxModule.forRoot({ inbox })] : [messaging];
    @Module({ imports, controllers })
    class App {}
    const app = await NestFactory.createMicroservice(App, {
      inject: [RedisStreamsServer],
      useFactory: (strategy: RedisStreamsServer) => ({ strategy }),
      logger: false,
      abortOnError: false,
    });
    closing.push(async () => app.close());
    await app.listen();
    return app.get(EventPublisher);
  }
  const event = (topic: string, order: string, id = uuidv7()) => ({
    id,
    topic,
    key: order,
    payload: { order },
  });
  const notesOf = async (order: string) =>
    (await backend.notes()).filter((note) => note.startsWith(order));

  it('has one effect of an event that comes again, beside Subscribe and parameters', async () => {
    const seen: string[] = [];
    @Controller()
    class Orders {
      @Idempotent()
      @Subscribe(placed)
      async onPlaced(@Payload() { order }: Placed, @Ctx() { id }: RedisStreamsContext) {
        seen.push(id);
        await backend.write(order);
      }
    }
    const publisher = await start([Orders]);
    const order = `order ${uuidv7()}`;
    const again = event(placed.name, order);
    const last = event(placed.name, order);
    await publisher.publish([again, again, again, last]);
    await eventually(() => expect(seen).toContain(last.id));
    expect(seen).toEqual([again.id, last.id]);
    // A handler is seen before its transaction has ended.
    await eventually(async () => expect(await notesOf(order)).toEqual([order, order]));
  });

  it('leaves neither effect nor memory of an attempt that failed', async () => {
    let attempts = 0;
    @Controller()
    class Orders {
      @EventPattern('orders.tried')
      @Idempotent()
      async onTried({ order }: Placed) {
        await backend.write(`${order} attempt ${(attempts += 1)}`);
        if (attempts < 3) throw new Error('not yet');
      }
    }
    const publisher = await start([Orders]);
    const order = `order ${uuidv7()}`;
    await publisher.publish([event('orders.tried', order)]);
    await eventually(async () => expect(await notesOf(order)).toEqual([`${order} attempt 3`]));
  });

  it('commits when an Observable has completed, and not when it fails', async () => {
    let attempts = 0;
    @Controller()
    class Orders {
      @Idempotent()
      @EventPattern('orders.streamed')
      onStreamed({ order }: Placed): Observable<unknown> {
        attempts += 1;
        const write = (text: string) => defer(() => from(backend.write(`${order} ${text}`)));
        const end = defer(() => (attempts < 2 ? of(fail()) : of('done')));
        return concat(write('first'), write('second'), end);
      }
    }
    const publisher = await start([Orders]);
    const order = `order ${uuidv7()}`;
    const streamed = event('orders.streamed', order);
    await publisher.publish([streamed, streamed]);
    await eventually(async () =>
      expect(await notesOf(order)).toEqual([`${order} first`, `${order} second`]),
    );
    expect(attempts).toBe(2);
  });

  it('gives two handlers of one event an effect each, under two names', async () => {
    @Controller()
    class Orders {
      @Idempotent()
      @Subscribe(placed)
      async bill({ order }: Placed) {
        await backend.write(`${order} billed`);
      }

      @Idempotent({ consumer: 'orders.reminders' })
      @Subscribe(placed)
      async remind({ order }: Placed) {
        await backend.write(`${order} reminded`);
      }
    }
    const publisher = await start([Orders]);
    const order = `order ${uuidv7()}`;
    const twice = event(placed.name, order);
    await publisher.publish([twice, twice]);
    await eventually(async () => expect(await notesOf(order)).toHaveLength(2));
    expect((await notesOf(order)).toSorted()).toEqual([`${order} billed`, `${order} reminded`]);
  });

  it('has one effect of an event that two replicas are given at the same time', async () => {
    @Controller()
    class Orders {
      @Idempotent()
      @Subscribe(placed)
      async onPlaced({ order }: Placed) {
        await backend.write(order);
      }
    }
    const publishers = [await start([Orders]), await start([Orders])] as const;
    const order = `order ${uuidv7()}`;
    const id = uuidv7();
    // Under keys of their own, so that nothing but the inbox holds one back.
    const copies = Array.from({ length: 8 }, (_, n) => ({
      ...event(placed.name, order, id),
      key: `${n}`,
    }));
    await publishers[0].publish(copies);
    const last = `last ${uuidv7()}`;
    await publishers[1].publish([event(placed.name, last)]);
    await eventually(async () => expect(await notesOf(last)).toHaveLength(1));
    await eventually(async () => expect(await notesOf(order)).toHaveLength(1));
    for (const close of closing.splice(0)) await close();
    expect(await notesOf(order)).toHaveLength(1);
  });

  describe('stops the boot', () => {
    @Controller()
    class Events {
      @Idempotent()
      @EventPattern('orders.once')
      once(_order: Placed): void {}
    }
    @Controller()
    class SameName {
      @Idempotent()
      @EventPattern('orders.once')
      again(_order: Placed): void {}
    }
    @Controller()
    class Requests {
      @Idempotent()
      @MessagePattern('orders.get')
      get(): void {}
    }

    it('without an inbox, and says what is missing', async () => {
      const starting = start([Events], null as unknown as undefined);
      await expect(starting).rejects.toMatchObject({ code: 'inbox_missing' });
      await expect(starting).rejects.toThrow(/InboxModule.forRoot/);
    });

    it.each([
      [
        'two handlers of one event have one name',
        [Events, SameName],
        /SameName.again.*Events.once/,
      ],
      ['the handler answers requests', [Requests], /Requests.get: it is for handlers of events/],
    ])('when %s', async (_why, controllers, message) => {
      const starting = start(controllers);
      await expect(starting).rejects.toMatchObject({ code: 'idempotent_handler' });
      await expect(starting).rejects.toThrow(message);
    });

    it('when nobody has a name', async () => {
      const nameless = Object.create(backend.inbox, { consumer: { value: undefined } }) as Inbox;
      await expect(start([Events], nameless)).rejects.toThrow(/has a consumer/);
    });
  });
});

function fail(): never {
  throw new Error('not yet');
}
