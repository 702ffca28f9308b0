import { setTimeout as sleep } from 'node:timers/promises';

import { type OnUnavailable, type Policy, RateLimiter, slidingLog } from '@trilith/rate-limit';
import type { RedisClient } from '@trilith/redis';

import {
  type Asked,
  type Asking,
  LIMIT_WITHOUT_REDIS,
  OUR_PREFIX,
  type WithoutRedis,
} from './settings.js';

const DEADLINE_MS = 100;
/** For a timer that is late, and a turn of the event loop. */
const SLACK_MS = 100;
const { limit, share: byItself } = LIMIT_WITHOUT_REDIS;

function policyThat(name: WithoutRedis, onUnavailable?: OnUnavailable): Policy {
  return slidingLog({ name, limit, windowMs: 86_400_000, onUnavailable });
}

const policies: Record<WithoutRedis, Policy> = {
  open: policyThat('open', 'allow'),
  shut: policyThat('shut', 'refuse'),
  share: policyThat('share', { share: byItself }),
  // What is said of no policy is a share as well: nothing is open because somebody forgot.
  default: policyThat('default'),
};

/** Limits whose Redis may be away, with the deadline that a service has. */
export class WithoutRedisLimits {
  private readonly limiter: RateLimiter;

  constructor(redis: RedisClient) {
    this.limiter = new RateLimiter({ redis, prefix: OUR_PREFIX, deadlineMs: DEADLINE_MS });
  }

  /** Asks by each policy, again and again, and tells of each how that went. */
  async ask({ key, forMs }: Asking): Promise<Record<WithoutRedis, Asked>> {
    const until = performance.now() + forMs;
    const askBy = async (name: WithoutRedis) => this.askBy(policies[name], key, until);
    const [open, shut, share, byDefault] = await Promise.all([
      askBy('open'),
      askBy('shut'),
      askBy('share'),
      askBy('default'),
    ]);
    return { open, shut, share, default: byDefault };
  }

  /** Whether Redis answers in time. */
  async isDecidedByRedis(key: string): Promise<boolean> {
    const { source } = await this.limiter.peek({ policy: policies.default, key });
    return source === 'redis';
  }

  private async askBy(policy: Policy, key: string, until: number): Promise<Asked> {
    const counted = { asked: 0, allowed: 0, byRedis: 0, failed: 0, slowestMs: 0, late: 0 };
    while (performance.now() < until) {
      const from = performance.now();
      counted.asked += 1;
      try {
        const { allowed, source } = await this.limiter.consume({ policy, key });
        if (allowed) counted.allowed += 1;
        if (source === 'redis') counted.byRedis += 1;
      } catch {
        counted.failed += 1;
      }
      const tookMs = performance.now() - from;
      counted.slowestMs = Math.max(counted.slowestMs, tookMs);
      if (tookMs > DEADLINE_MS + SLACK_MS) counted.late += 1;
      await sleep(2);
    }
    return counted;
  }
}
