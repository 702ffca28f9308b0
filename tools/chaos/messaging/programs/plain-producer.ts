// The control: does acts and appends each to a plain stream, in their order.
import { createRedis, whenReady } from '@trilith/redis';

import { keepActing } from './acting.js';
import { Database } from './database.js';
import { type PlainProducerSettings, readSettings, tellReady } from './settings.js';

const { databaseUrl, redisUrl, label, stream, perSecond } = readSettings() as PlainProducerSettings;
const redis = createRedis({ url: redisUrl, name: label });
await whenReady(redis, 10_000);
tellReady();
await keepActing(new Database(databaseUrl), {
  perSecond,
  // Under the lock on the key's row, so that the stream has the acts of a key in their order.
  onDone: async (act) => void (await redis.xadd(stream, '*', 'payload', JSON.stringify(act))),
});
