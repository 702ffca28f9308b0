// Does acts and adds an event for each to the outbox, in one transaction; relays nothing.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessagingModule, Outbox, OutboxModule, PostgresOutboxStore } from '@trilith/messaging';

import { ACT_DONE, PUBLISHER } from '../acts.ts';
import { keepActing } from './acting.js';
import { Database } from './database.js';
import { type ProducerSettings, readSettings, tellReady } from './settings.js';

const { databaseUrl, redisUrl, perSecond } = readSettings() as ProducerSettings;
const database = new Database(databaseUrl);
const { pool, current } = database;

const app = await NestFactory.createApplicationContext({
  module: class Producer {},
  imports: [
    MessagingModule.forRoot({ redis: { url: redisUrl }, service: PUBLISHER }),
    OutboxModule.forRoot({ store: new PostgresOutboxStore({ pool, current }), relay: false }),
  ],
});
const outbox = app.get(Outbox);
tellReady();
await keepActing(database, {
  perSecond,
  onDone: async (act) => void (await outbox.add({ topic: ACT_DONE, key: act.key, payload: act })),
});
