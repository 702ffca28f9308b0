// Handles acts as a replica of a service.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';

import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { MessagingModule, type RedisStreamsContext, RedisStreamsServer } from '@trilith/messaging';

import { ACT_DONE, type Act, PUBLISHER } from '../acts.ts';
import { Database } from './database.js';
import { effectsIn } from './effects.js';
import { type ConsumerSettings, readSettings, tellReady } from './settings.js';

const settings = readSettings() as ConsumerSettings;
const { databaseUrl, redisUrl, service, label, handlerMs = 0 } = settings;
const database = new Database(databaseUrl);
const haveEffect = effectsIn(settings.effects, database, settings);

const NOTE_BEGINNING = 'INSERT INTO beginnings (service, number, replica) VALUES ($1, $2, $3)';

@Controller()
class Consumer {
  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>(ACT_DONE)
  async onDone(@Payload() act: Act, @Ctx() context: RedisStreamsContext): Promise<void> {
    if (settings.notesBeginnings)
      await database.query(NOTE_BEGINNING, [service, act.number, label]);
    if (handlerMs > 0) await sleep(handlerMs);
    if (act.isPoison) throw new Error(`act ${act.number} is poison`);
    await haveEffect(act, context);
  }
}

const messaging = MessagingModule.forRoot({
  redis: { url: redisUrl },
  service,
  subscribeTo: [PUBLISHER],
  // Short, since every kill costs as much.
  leaseMs: 1_000,
  retryDelayMs: 50,
  maxRetryDelayMs: 500,
  ...settings.messaging,
});

const app = await NestFactory.createMicroservice(
  { module: class Service {}, imports: [messaging], controllers: [Consumer] },
  {
    inject: [RedisStreamsServer],
    useFactory: (strategy: RedisStreamsServer) => ({ strategy }),
  },
);
app.enableShutdownHooks();
await app.listen();
tellReady();
