// The control: does acts and emits an event for each over Nest's own Redis transport.
import 'reflect-metadata';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';

import { ACT_DONE } from '../acts.ts';
import { keepActing } from './acting.js';
import { Database } from './database.js';
import { type ProducerSettings, readSettings, tellReady } from './settings.js';

const { databaseUrl, redisUrl, perSecond } = readSettings() as ProducerSettings;
const { hostname: host, port } = new URL(redisUrl);

const client = ClientProxyFactory.create({
  transport: Transport.REDIS,
  options: { host, port: Number(port), retryAttempts: 1_000_000, retryDelay: 100 },
});
// Redis may be away at this moment; the client goes on trying.
await client.connect().catch(() => undefined);
tellReady();
await keepActing(new Database(databaseUrl), {
  perSecond,
  // Whoever emits after the commit has nobody left to tell that it failed.
  onCommitted: (act) => client.emit(ACT_DONE, act).subscribe({ error: () => undefined }),
});
