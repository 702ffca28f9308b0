import type { AskedCheck } from '../src/asked-check.js';
import type { CheckResult } from '../src/decision.js';
import { LimitScripts } from '../src/limit-scripts.js';
import { LimitStore, type Mode } from '../src/limit-store.js';
import type { Policy } from '../src/index.js';
import type { TestRedis } from './redis.js';

/** The scripts as they are, on real Redis, by a clock that the test sets. */
export class StoreWithClock {
  private readonly store: LimitStore;
  private readonly clockKey: string;
  private states = 0;

  constructor(private readonly test: TestRedis) {
    this.clockKey = `${test.prefix}:clock`;
    const clock = `
      local algorithms = {}
      local function serverTime() return tonumber(redis.call('GET', '${this.clockKey}')) end`;
    this.store = new LimitStore(test.redis, new LimitScripts(clock));
  }

  /** A policy and a key that nobody used before. */
  fresh(policy: Policy): AskedCheck {
    this.states += 1;
    return {
      policy,
      key: 'any',
      cost: 1,
      redisKey: `${this.test.prefix}:{t}:${policy.name}:${this.states}`,
    };
  }

  /** @param at microseconds */
  async run(mode: Mode, check: AskedCheck, at: number, slot = ''): Promise<CheckResult> {
    await this.test.redis.set(this.clockKey, at, 'EX', 3_600);
    const { results } = await this.store.run(mode, [check], slot);
    const [result] = results;
    if (result === undefined) throw new Error('no result');
    return result;
  }

  /** Whether the slots were still held. */
  async renew(check: AskedCheck, at: number, slot: string): Promise<boolean> {
    await this.test.redis.set(this.clockKey, at, 'EX', 3_600);
    return this.store.renew([check], slot);
  }
}
