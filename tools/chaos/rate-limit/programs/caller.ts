// One process of several that share limits, and what an experiment asks of it.
import { createRedis, whenReady } from '@trilith/redis';

import { readSettings, serve } from '../../cache/programs/process.js';
import { allowedOf } from './crowd.js';
import { Drainer } from './drainer.js';
import { useEverything } from './everything.js';
import { countInTwoSteps, hangingOf, PlainScript } from './plain.js';
import type { Asking, CallerSettings, Crowd, Drain } from './settings.js';
import { WithoutRedisLimits } from './without-redis.js';
import { setClockWrong } from './wrong-clock.js';

const { redisUrl, clockOffsetMs } = readSettings() as CallerSettings;
setClockWrong(clockOffsetMs);
const redis = createRedis({ url: redisUrl, name: 'caller', commandTimeoutMs: 30_000 });
await whenReady(redis, 30_000);
const drainer = new Drainer(redis);
const withoutRedis = new WithoutRedisLimits(redis);
const plainScript = new PlainScript(redis);

serve({
  crowd: async (crowd: Crowd) => allowedOf(crowd, redis),
  drain: async (drain: Drain) => drainer.drain(drain),
  /** Whether Redis says that all of these keys are full; how many it lets through all the same. */
  letThrough: async ({ keys, limit }: { keys: readonly string[]; limit: number }) =>
    drainer.letThrough(keys, limit),
  ask: async (asking: Asking) => withoutRedis.ask(asking),
  isDecidedByRedis: async ({ key }: { key: string }) => withoutRedis.isDecidedByRedis(key),
  useEverything: async () => useEverything(redis),
  countInTwoSteps: async () => countInTwoSteps(redis),
  failuresOfPlainScript: async () => plainScript.failures(),
  hangingPlainly: async ({ url, calls }: { url: string; calls: number }) => hangingOf(url, calls),
});
