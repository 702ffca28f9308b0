// Publishes what is committed to the outbox.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessagingModule, OutboxModule, PostgresOutboxStore } from '@trilith/messaging';

import { PUBLISHER } from '../acts.ts';
import { Database } from './database.js';
import { type RelaySettings, readSettings, tellReady } from './settings.js';

/** Short, since every kill costs as much. */
const LEASE_MS = 1_000;

const { databaseUrl, redisUrl, messaging } = readSettings() as RelaySettings;
const { pool, current } = new Database(databaseUrl);

const app = await NestFactory.createApplicationContext({
  module: class Relay {},
  imports: [
    MessagingModule.forRoot({ redis: { url: redisUrl }, service: PUBLISHER, ...messaging }),
    OutboxModule.forRoot({
      store: new PostgresOutboxStore({ pool, current }),
      relay: { leaseMs: LEASE_MS, retryMaxMs: LEASE_MS },
    }),
  ],
});
app.enableShutdownHooks();
tellReady();
