import { setTimeout as sleep } from 'node:timers/promises';

import { type Policy, RateLimiter, slidingLog } from '@trilith/rate-limit';
import type { RedisClient } from '@trilith/redis';

import { type Drain, type Drained, OUR_PREFIX } from './settings.js';

/** How long to wait before asking again: what is answered by the process itself is answered at once. */
const UNANSWERED_MS = 2;

/** Takes all that limits have, whatever happens to Redis meanwhile. */
export class Drainer {
  private readonly limiter: RateLimiter;

  constructor(redis: RedisClient) {
    this.limiter = new RateLimiter({
      redis,
      prefix: OUR_PREFIX,
      deadlineMs: 1_000,
      pauseMs: 20,
      // What Redis did not decide is not let through: what is counted is what it decided.
      onUnavailable: 'refuse',
      blockedKeys: 0,
    });
  }

  /** Goes on until Redis says to each lane that the key is full. */
  async drain({ key, limit, lanes }: Drain): Promise<Drained> {
    const counted = { calls: 0, allowed: 0, unanswered: 0, failed: 0 };
    const policy = policyOf(limit);
    const lane = async () => {
      for (;;) {
        counted.calls += 1;
        try {
          const { allowed, source } = await this.limiter.consume({ policy, key });
          if (source === 'redis' && !allowed) return;
          if (allowed) counted.allowed += 1;
          if (source === 'redis') continue;
          counted.unanswered += 1;
          await sleep(UNANSWERED_MS);
        } catch {
          counted.failed += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return counted;
  }

  /** Asks once for each key, until Redis answers; how many calls it let through. */
  async letThrough(keys: readonly string[], limit: number): Promise<number> {
    const policy = policyOf(limit);
    const isLetThrough = async (key: string): Promise<boolean> => {
      for (;;) {
        const { allowed, source } = await this.limiter.consume({ policy, key });
        if (source === 'redis') return allowed;
        await sleep(UNANSWERED_MS);
      }
    };
    const answers = await Promise.all(keys.map(isLetThrough));
    return answers.filter(Boolean).length;
  }
}

function policyOf(limit: number): Policy {
  return slidingLog({ name: 'drained', limit, windowMs: 86_400_000 });
}
