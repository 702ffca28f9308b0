// The control: handles acts that come over Nest's own Redis transport.
import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';

import { ACT_DONE, type Act } from '../acts.ts';
import { Database } from './database.js';
import { bareEffect } from './effects.js';
import { type ConsumerSettings, readSettings, tellReady } from './settings.js';

const settings = readSettings() as ConsumerSettings;
const { hostname: host, port } = new URL(settings.redisUrl);
const haveEffect = bareEffect(new Database(settings.databaseUrl), settings);

@Controller()
class Consumer {
  @EventPattern(ACT_DONE)
  async onDone(@Payload() act: Act): Promise<void> {
    await haveEffect(act);
  }
}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(
  { module: class Service {}, controllers: [Consumer] },
  {
    transport: Transport.REDIS,
    options: { host, port: Number(port), retryAttempts: 1_000_000, retryDelay: 100 },
  },
);
app.enableShutdownHooks();
await app.listen();
tellReady();
