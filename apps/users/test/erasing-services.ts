import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import {
  accountErased,
  erasureConfirmed,
  exportContent,
  type PayloadOf,
  type ReplyOf,
} from '@trilith/contracts';
import {
  EventPublisher,
  MessagingModule,
  RedisStreamsServer,
  Respond,
  Subscribe,
} from '@trilith/messaging';
import { createService, serviceEnvironment, serviceSettings } from '@trilith/service';
import { z } from 'zod';

import type { Stores } from './users-app.js';

type Erasure = PayloadOf<typeof accountErased>;
type Name = 'content' | 'analytics';

/** What a person wrote. */
type Item = ReplyOf<typeof exportContent>['items'][number] & { readonly id: string };

/** What a stand-in was asked for, and what it answers. */
class Memory {
  readonly asked: Erasure[] = [];
  items: Item[] = [];
}

@Controller()
class StandInConsumer {
  constructor(private readonly memory: Memory) {}

  @Subscribe(accountErased)
  onErased(@Payload() erasure: Erasure): void {
    this.memory.asked.push(erasure);
  }

  /** Two a page, so that pages are put together. */
  @Respond(exportContent)
  page({ kind, after }: PayloadOf<typeof exportContent>): ReplyOf<typeof exportContent> {
    const all = kind === 'posts' ? this.memory.items : [];
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const items = all.slice(from, from + 2);
    const next = from + 2 < all.length ? (items.at(-1)?.id ?? null) : null;
    return { items, next };
  }
}

/** Stands where another service does, over the same Redis: confirms erasures when the test says so. */
export class StandIn implements AsyncDisposable {
  private constructor(
    private readonly name: Name,
    private readonly app: NestFastifyApplication,
  ) {}

  static async start(name: Name, { redisUrl, prefix }: Stores): Promise<StandIn> {
    @Module({
      imports: [
        MessagingModule.forRoot({
          redis: { url: redisUrl },
          prefix,
          service: name,
          subscribeTo: ['users'],
        }),
      ],
      controllers: [StandInConsumer],
      providers: [Memory],
    })
    class StandInModule {}

    const definition = {
      name,
      description: 'Stands for another service.',
      config: z.object(serviceEnvironment).transform((env) => ({ service: serviceSettings(env) })),
      module: () => ({ module: StandInModule }),
      strategies: (app: Pick<NestFastifyApplication, 'get'>) => [app.get(RedisStreamsServer)],
    };
    const config = loadConfig(definition.config, { LOG_LEVEL: 'silent' });
    const app = await createService(definition, config);
    await app.startAllMicroservices();
    return new StandIn(name, app);
  }

  /** How often it was asked to erase an account. */
  askedFor(accountId: string): Erasure[] {
    return this.app.get(Memory).asked.filter((erasure) => erasure.accountId === accountId);
  }

  /** What it has of everybody. */
  has(items: Item[]): void {
    this.app.get(Memory).items = items;
  }

  async confirm({ erasureId, accountId }: Erasure): Promise<void> {
    const payload = { erasureId, accountId, service: this.name };
    const event = { topic: erasureConfirmed, key: accountId, payload };
    await this.app.get(EventPublisher).publish([event]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
  }
}
