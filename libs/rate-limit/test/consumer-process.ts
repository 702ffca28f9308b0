// A process that consumes from a limit that others share. Argument: a JSON of what to do. Its wall
// clock is off by `clockOffsetMs`. Prints how many of its calls were allowed.
import { closeRedis, createRedis, whenReady } from '@trilith/redis';

import { RateLimiter } from '../src/index.js';
import { type ConsumerInput, sharedPolicies } from './shared-policies.js';

const input = JSON.parse(process.argv[2] ?? '{}') as ConsumerInput;
const realNow = Date.now.bind(Date);
globalThis.Date = class extends Date {
  constructor(...given: [] | [number | string]) {
    super(...((given.length === 0 ? [realNow() + input.clockOffsetMs] : given) as [number]));
  }
  static override now(): number {
    return realNow() + input.clockOffsetMs;
  }
} as DateConstructor;

const redis = createRedis({ url: input.url, name: 'consumer', commandTimeoutMs: 30_000 });
await whenReady(redis, 30_000);
const limiter = new RateLimiter({
  redis,
  prefix: input.prefix,
  deadlineMs: 30_000,
  // Each call shall ask Redis.
  blockedKeys: 0,
});
const policy = sharedPolicies[input.policy];
const calls = Array.from({ length: input.calls }, async () =>
  limiter.consume({ policy, key: 'shared' }),
);
const decisions = await Promise.all(calls);
const allowed = decisions.filter((decision) => decision.allowed).length;
const skewMs = Date.now() - realNow();
process.stdout.write(JSON.stringify({ allowed, skewMs }));
await closeRedis(redis);
