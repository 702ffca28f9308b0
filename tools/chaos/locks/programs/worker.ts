// Takes locks as it is told, until it is done or told to stop.
import { createRedis, whenReady } from '@trilith/redis';

import type { Told, WorkerSettings } from './settings.js';
import { type TaskContext, grant, hold, increment, write } from './tasks.js';

const { label, redisUrls, task } = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const tell = (told: Told) => process.send?.(told);
const stopping = new AbortController();
process.on('message', () => stopping.abort(new Error('told to stop')));

const clients = redisUrls.map((url) => createRedis({ url, name: label }));
await Promise.all(clients.map(async (client) => whenReady(client, 30_000)));
const [first, ...more] = clients;
if (first === undefined) throw new Error('no Redis was named');
const redis = more.length > 0 ? clients : first;
const context: TaskContext = { label, redis, signal: stopping.signal, tell };

async function run(): Promise<void> {
  switch (task.kind) {
    case 'increment':
      return increment(task, context);
    case 'write':
      return write(task, context);
    case 'grant':
      return grant(task, context);
    case 'hold':
      return hold(task, context);
  }
}

tell({ kind: 'ready' });
try {
  await run();
} catch (error) {
  if (!stopping.signal.aborted) throw error;
}
// The parent ends it, or its own end does: what it told must arrive first.
process.send?.({ kind: 'done' } satisfies Told, () => process.exit());
