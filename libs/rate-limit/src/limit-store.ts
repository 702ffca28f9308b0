import type { ScriptRunner } from '@trilith/redis';

import type { AskedCheck } from './asked-check.js';
import type { CheckResult } from './decision.js';
import { LimitScripts } from './limit-scripts.js';

/** What is to be done with checks; `decideChecks-N.lua` says what each does. */
export type Mode = 'consume' | 'peek' | 'penalize' | 'refund';

/** What Redis said. */
export interface Answer {
  readonly passes: boolean;
  readonly results: readonly CheckResult[];
}

/** The commands that are needed of a connection. */
export interface LimitRedis extends ScriptRunner {
  del(...keys: string[]): Promise<number>;
}

/** The states of one limiter in Redis. Knows no deadline. */
export class LimitStore {
  constructor(
    private readonly redis: LimitRedis,
    private readonly scripts = new LimitScripts(),
  ) {}

  /** @param slot whose slots of concurrency policies become */
  async run(mode: Mode, checks: readonly AskedCheck[], slot = ''): Promise<Answer> {
    const script = this.scripts.decideChecks(checks.map(({ policy }) => policy.algorithm));
    const keys: string[] = [];
    const args: (string | number)[] = [mode];
    for (const { policy, cost, redisKey } of checks) {
      const { algorithm, limit, windowMs, shadow } = policy;
      keys.push(redisKey);
      args.push(algorithm, limit, windowMs * 1_000, cost, slot, shadow ? 1 : 0);
    }
    return answerOf(checks, await script(this.redis, keys, args));
  }

  /** Forgets what was counted. */
  async forget(checks: readonly AskedCheck[]): Promise<void> {
    await this.redis.del(...checks.map(({ redisKey }) => redisKey));
  }

  /** Tells whether all the slots were still held. */
  async renew(checks: readonly AskedCheck[], slot: string): Promise<boolean> {
    const leases = checks.flatMap(({ cost, policy }) => [cost, policy.windowMs * 1_000]);
    const script = this.scripts.renewSlots(checks.length);
    return (await script(this.redis, keysOf(checks), [slot, ...leases])) === 1;
  }

  async release(checks: readonly AskedCheck[], slot: string): Promise<void> {
    const script = this.scripts.releaseSlots(checks.length);
    await script(this.redis, keysOf(checks), [slot, ...checks.map(({ cost }) => cost)]);
  }
}

function keysOf(checks: readonly AskedCheck[]): string[] {
  return checks.map(({ redisKey }) => redisKey);
}

function answerOf(checks: readonly AskedCheck[], reply: readonly number[]): Answer {
  const results = checks.map(({ policy, key }, index): CheckResult => {
    const at = 4 * index + 1;
    const [fits = 0, count = 0, resetMs = 0, retryAfterMs = 0] = reply.slice(at, at + 4);
    const { limit } = policy;
    const remaining = Math.max(0, limit - count);
    return { policy, key, allowed: fits === 1, limit, count, remaining, resetMs, retryAfterMs };
  });
  return { passes: reply[0] === 1, results };
}
