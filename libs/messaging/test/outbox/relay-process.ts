// A relay as a process of its own, to be killed by a test. Arguments: a JSON of what it joins.
// It publishes by appending ids to a Redis list. With `dieAfterPublishing` it kills itself when the
// first batch is there and nothing is marked yet.
import 'reflect-metadata';
import { LockManager } from '@trilith/locks';
import { createRedis, whenReady } from '@trilith/redis';

import { type EventSink, OutboxRelay } from '../../src/index.js';
import type { BackendLocation } from './backend.js';
import { openRelayStore } from './relay-store.js';

/** What the process is told. */
export interface RelayProcessInput {
  readonly location: BackendLocation;
  readonly redisUrl: string;
  readonly prefix: string;
  /** The Redis list that takes the published ids. */
  readonly list: string;
  readonly leaseMs: number;
  readonly dieAfterPublishing: boolean;
}

const input = JSON.parse(process.argv[2] ?? '{}') as RelayProcessInput;
const redis = createRedis({ url: input.redisUrl, name: 'relay-process' });
await whenReady(redis, 10_000);

const sink: EventSink = {
  publish: async (events) => {
    await redis.rpush(input.list, ...events.map(({ id }) => id));
    if (input.dieAfterPublishing) process.kill(process.pid, 'SIGKILL');
  },
};

const { store } = await openRelayStore(input.location);

new OutboxRelay({
  service: 'tests',
  store,
  sink,
  locks: new LockManager({ redis, prefix: input.prefix }),
  options: { leaseMs: input.leaseMs, batchSize: 10 },
}).start();
