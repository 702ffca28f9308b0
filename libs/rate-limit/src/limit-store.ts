import { type ScriptRunner, runningNow } from '@trilith/redis';

import type { AskedCheck } from './asked-check.js';
import type { CheckResult } from './decision.js';
import { GatheredChecks, type WaitingCheck } from './gathered-checks.js';
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
  private readonly alone = new GatheredChecks<Answer>((checks) => void this.consumeEach(checks));
  /** For what is gathered already, and need not wait for the end of a turn again. */
  private readonly atOnce: ScriptRunner;

  constructor(
    private readonly redis: LimitRedis,
    private readonly scripts = new LimitScripts(),
  ) {
    this.atOnce = runningNow(redis);
  }

  /** @param slot whose slots of concurrency policies become */
  async run(mode: Mode, checks: readonly AskedCheck[], slot = ''): Promise<Answer> {
    const [only] = checks;
    const isAlone = checks.length === 1 && only?.policy.algorithm !== 'concurrency';
    if (mode === 'consume' && isAlone && only) return this.alone.add(only);
    return this.decideTogether(mode, checks, slot);
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

  private async decideTogether(
    mode: Mode,
    checks: readonly AskedCheck[],
    slot: string,
  ): Promise<Answer> {
    const script = this.scripts.decideChecks(checks.map(({ policy }) => policy.algorithm));
    const args: (string | number)[] = [mode];
    for (const { policy, cost } of checks) {
      const { algorithm, limit, windowMs, shadow } = policy;
      args.push(algorithm, limit, windowMs * 1_000, cost, slot, shadow ? 1 : 0);
    }
    const [passes, ...told] = await script(this.redis, keysOf(checks), args);
    return {
      passes: passes === 1,
      results: checks.map((check, index) => resultOf(check, told, 3 * index)),
    };
  }

  /** Settles each of the checks, and never rejects. */
  private async consumeEach(waiting: readonly WaitingCheck<Answer>[]): Promise<void> {
    const keys: string[] = [];
    const args: number[] = [];
    for (const { check } of waiting) {
      keys.push(check.redisKey);
      args.push(check.policy.limit, check.policy.windowMs * 1_000, check.cost);
    }
    try {
      const { algorithm } = (waiting[0] as WaitingCheck<Answer>).check.policy;
      const script = this.scripts.consumeEach(algorithm, waiting.length);
      const told = await script(this.atOnce, keys, args);
      for (const [index, { check, resolve, reject }] of waiting.entries()) {
        const first = told[3 * index];
        if (first instanceof Error) reject(first);
        else resolve(answerAlone(resultOf(check, told as readonly number[], 3 * index)));
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

function keysOf(checks: readonly AskedCheck[]): string[] {
  return checks.map(({ redisKey }) => redisKey);
}

function answerAlone(result: CheckResult): Answer {
  return { passes: result.allowed || result.policy.shadow, results: [result] };
}

/** Reads the three numbers of a check that begin at an index. */
function resultOf({ policy, key }: AskedCheck, told: readonly number[], at: number): CheckResult {
  const count = told[at] as number;
  const resetMs = told[at + 1] as number;
  const retryAfterMs = told[at + 2] as number;
  const { limit } = policy;
  const remaining = Math.max(0, limit - count);
  return {
    policy,
    key,
    allowed: retryAfterMs === 0,
    limit,
    count,
    remaining,
    resetMs,
    retryAfterMs,
  };
}
