import { closeRedis, createBlockingRedis, whenReady } from '@trilith/redis';

/** A process that has nothing left to do once its connection, cut off in a read, is closed. */
const client = createBlockingRedis({
  url: process.env.REDIS_URL ?? '',
  name: 'process-end-test',
  commandTimeoutMs: 120_000,
});
await whenReady(client, 30_000);
const reading = client.xread('BLOCK', 5_000, 'STREAMS', 'process-end-test', '$');
await closeRedis(client);
await reading.catch(() => process.stdout.write('cut off'));
