// Publishes again what the outbox still holds; ready when all of it is there.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  EventPublisher,
  MessagingModule,
  OutboxRepublisher,
  PostgresOutboxStore,
} from '@trilith/messaging';

import { PUBLISHER } from '../acts.ts';
import { Database } from './database.js';
import { type Settings, readSettings, tellReady } from './settings.js';

const { databaseUrl, redisUrl } = readSettings() as Settings;
const { pool, current } = new Database(databaseUrl);

const app = await NestFactory.createApplicationContext({
  module: class Republisher {},
  imports: [MessagingModule.forRoot({ redis: { url: redisUrl }, service: PUBLISHER })],
});
const republisher = new OutboxRepublisher({
  store: new PostgresOutboxStore({ pool, current }),
  sink: app.get(EventPublisher),
});
await republisher.republish({ since: new Date(0) });
tellReady();
