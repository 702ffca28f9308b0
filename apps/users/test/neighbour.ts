import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import { accountCreated, accountUpdated, type PayloadOf } from '@trilith/contracts';
import {
  MessagingModule,
  RedisStreamsClient,
  type RedisStreamsContext,
  RedisStreamsServer,
  Subscribe,
} from '@trilith/messaging';
import {
  createService,
  MessageContext,
  serviceEnvironment,
  serviceSettings,
} from '@trilith/service';
import { z } from 'zod';

import type { Stores } from './users-app.js';

/** An event as the neighbour got it. */
export interface Heard {
  readonly topic: string;
  readonly payload: PayloadOf<typeof accountCreated> | PayloadOf<typeof accountUpdated>;
  readonly headers: Readonly<Record<string, string>>;
}

const heard: Heard[] = [];
const USERS_CLIENT = Symbol('client of users');

@Controller()
class AccountEventsConsumer {
  @Subscribe(accountCreated)
  created(
    @Payload() payload: PayloadOf<typeof accountCreated>,
    @Ctx() context: RedisStreamsContext,
  ) {
    heard.push({ topic: context.topic, payload, headers: context.headers });
  }

  @Subscribe(accountUpdated)
  updated(
    @Payload() payload: PayloadOf<typeof accountUpdated>,
    @Ctx() context: RedisStreamsContext,
  ) {
    heard.push({ topic: context.topic, payload, headers: context.headers });
  }
}

@Module({})
class NeighbourModule {
  static on({ redisUrl, prefix }: Stores) {
    return {
      module: NeighbourModule,
      imports: [
        MessagingModule.forRootAsync({
          inject: [MessageContext],
          useFactory: (context: MessageContext) => ({
            redis: { url: redisUrl },
            service: 'neighbour',
            prefix,
            subscribeTo: ['users'],
            context,
          }),
        }),
        MessagingModule.forFeature([{ token: USERS_CLIENT, service: 'users' }]),
      ],
      controllers: [AccountEventsConsumer],
    };
  }
}

/** Another service on the same Redis: hears the events of users, and asks users. */
export async function startNeighbour(stores: Stores) {
  const definition = {
    name: 'neighbour',
    description: 'A neighbour of users.',
    config: z.object(serviceEnvironment).transform((env) => ({ service: serviceSettings(env) })),
    module: () => NeighbourModule.on(stores),
    strategies: (app: Pick<NestFastifyApplication, 'get'>) => [app.get(RedisStreamsServer)],
  };
  const config = loadConfig(definition.config, { LOG_LEVEL: 'silent' });
  const app = await createService(definition, config);
  await app.startAllMicroservices();
  return {
    users: app.get<RedisStreamsClient>(USERS_CLIENT),
    /** What was heard of one account, in order of arrival. */
    heardOf: (accountId: string) => heard.filter(({ payload }) => payload.accountId === accountId),
    close: () => app.close(),
  };
}
