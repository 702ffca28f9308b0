// A process that contends for a lock. Arguments: a JSON of what to do.
//   increment: adds to a counter by reading it and writing it back, a given number of times
//   die: takes the lock, says so, and lives until it is killed
//   wait: waits for the same lock, says so, and lives until it is killed
import { setTimeout as sleep } from 'node:timers/promises';

import { closeRedis, createRedis, whenReady } from '@trilith/redis';

import { LockManager } from '../src/index.js';

/** What the process is told. */
export interface ContenderInput {
  readonly task: 'increment' | 'die' | 'wait';
  readonly url: string;
  readonly prefix: string;
  /** Taken or not: without the lock, increments are lost. */
  readonly locked: boolean;
  readonly workers: number;
  readonly times: number;
}

const input = JSON.parse(process.argv[2] ?? '{}') as ContenderInput;
const redis = createRedis({ url: input.url, name: 'contender' });
await whenReady(redis, 10_000);
const locks = new LockManager({ redis, prefix: input.prefix });
const counter = `${input.prefix}:counter`;

async function increment(): Promise<void> {
  const value = Number(await redis.get(counter));
  await sleep(2);
  await redis.set(counter, value + 1);
}

async function work(): Promise<void> {
  for (let n = 0; n < input.times; n += 1) {
    if (input.locked) await locks.withLock('counter', { waitMs: Infinity }, increment);
    else await increment();
  }
}

if (input.task === 'increment') {
  await Promise.all(Array.from({ length: input.workers }, work));
  await closeRedis(redis);
} else if (input.task === 'wait') {
  const waiting = locks.acquire('held', { fair: true, waitMs: Infinity });
  process.stdout.write('waiting\n');
  await waiting;
  setInterval(() => {}, 60_000);
} else {
  await locks.acquire('held', { ttlMs: 2_000 });
  process.stdout.write('held\n');
  setInterval(() => {}, 60_000);
}
