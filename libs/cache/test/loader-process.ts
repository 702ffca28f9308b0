// A process with a replica of a cache. Argument: a JSON of what to do.
//   load: calls getOrSet so many times at once, and prints what it got and how often it loaded
//   hang: takes the fleet's lease, says so, and never ends its loader
import { setTimeout as sleep } from 'node:timers/promises';

import { TieredCache } from '../src/index.js';

export interface LoaderInput {
  readonly task: 'load' | 'hang';
  readonly url: string;
  readonly prefix: string;
  readonly callers: number;
}

const { task, url, prefix, callers } = JSON.parse(process.argv[2] ?? '{}') as LoaderInput;
const redis = { url, prefix, commandTimeoutMs: 10_000, startTimeoutMs: 30_000 };
const cache = new TieredCache({ name: 'test', redis });
await cache.whenSynced();

if (task === 'hang') {
  await cache.getOrSet(
    'key',
    async () => {
      process.stdout.write('loading\n');
      await sleep(600_000);
    },
    { leaseMs: 300 },
  );
} else {
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const values = await Promise.all(
    Array.from({ length: callers }, async () =>
      cache.getOrSet(
        'key',
        async () => {
          await sleep(100);
          return process.pid;
        },
        { waitTimeoutMs: 60_000 },
      ),
    ),
  );
  const { loads } = cache.stats();
  process.stdout.write(`${JSON.stringify({ values: [...new Set(values)], loads })}\n`);
  await cache.close();
  process.stdin.destroy();
}
