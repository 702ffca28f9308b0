import type { AskedCheck } from '../asked-check.js';
import type { CheckResult } from '../decision.js';
import type { OnUnavailable } from '../policy.js';

/** What counts of one key in this process, as of some moment of the monotonic clock. */
interface Level {
  readonly used: number;
  readonly at: number;
}

interface Looked {
  readonly check: AskedCheck;
  readonly limit: number;
  readonly used: number;
  readonly retryAfterMs: number;
}

/**
 * Stands in for Redis while it is away, by each policy's `onUnavailable`. A share of a limit is
 * counted in this process as a bucket that leaks at the policy's rate, whatever its algorithm.
 * Holds so many keys at most; the one that was counted least recently makes room.
 */
export class LocalLimits {
  private readonly levels = new Map<string, Level>();

  /** @param pauseMs what a refusal tells to wait, until Redis may be back */
  constructor(
    private readonly otherwise: OnUnavailable,
    private readonly maxKeys: number,
    private readonly pauseMs: number,
  ) {}

  /** Decides on checks; with `record` it counts all of them or none. */
  decide(
    checks: readonly AskedCheck[],
    record: boolean,
  ): { passes: boolean; results: CheckResult[] } {
    const now = performance.now();
    const looked = checks.map((check) => this.look(check, now));
    const passes = looked.every(
      ({ check, retryAfterMs }) => retryAfterMs === 0 || check.policy.shadow,
    );
    const results = looked.map((each) => {
      const counts = record && passes && each.retryAfterMs === 0;
      return resultOf(counts ? this.record(each, now) : each);
    });
    return { passes, results };
  }

  /** Takes back what was counted here, such as the slots of work that is done. */
  refund(checks: readonly AskedCheck[]): void {
    const now = performance.now();
    for (const check of checks) {
      const { limit, used } = this.look(check, now);
      if (limit > 0 && limit !== Infinity) {
        this.save(check, Math.max(0, used - check.cost), now);
      }
    }
  }

  /** Counts what is a penalty, whether it fits or not. */
  penalize(checks: readonly AskedCheck[]): void {
    const now = performance.now();
    for (const check of checks) this.record(this.look(check, now), now);
  }

  forget(checks: readonly AskedCheck[]): void {
    for (const { redisKey } of checks) this.levels.delete(redisKey);
  }

  private look(check: AskedCheck, now: number): Looked {
    const { policy, cost, redisKey } = check;
    const answer = policy.onUnavailable ?? this.otherwise;
    if (answer === 'allow') return { check, limit: Infinity, used: 0, retryAfterMs: 0 };
    if (answer === 'refuse') return { check, limit: 0, used: 0, retryAfterMs: this.pauseMs };
    const limit = Math.max(1, Math.floor(policy.limit * answer.share));
    const perMs = limit / policy.windowMs;
    const level = this.levels.get(redisKey);
    const used = level ? Math.max(0, level.used - (now - level.at) * perMs) : 0;
    // A cost above the share is let through when nothing else counts.
    const over = used + Math.min(cost, limit) - limit;
    return { check, limit, used, retryAfterMs: over <= 1e-9 ? 0 : Math.ceil(over / perMs) };
  }

  private record(looked: Looked, now: number): Looked {
    if (looked.limit === Infinity || looked.limit === 0) return looked;
    const used = looked.used + looked.check.cost;
    this.save(looked.check, used, now);
    return { ...looked, used };
  }

  private save({ redisKey }: AskedCheck, used: number, now: number): void {
    this.levels.delete(redisKey);
    if (used > 0) this.levels.set(redisKey, { used, at: now });
    if (this.levels.size <= this.maxKeys) return;
    for (const oldest of this.levels.keys()) {
      this.levels.delete(oldest);
      return;
    }
  }
}

function resultOf({ check, limit, used, retryAfterMs }: Looked): CheckResult {
  const { policy, key } = check;
  // Of a limit that nobody counts, the policy's own is told.
  const shown = limit === Infinity ? policy.limit : limit;
  const count = Math.ceil(used - 1e-9);
  return {
    policy,
    key,
    allowed: retryAfterMs === 0,
    limit: shown,
    count,
    remaining: Math.max(0, shown - count),
    resetMs: shown === 0 ? retryAfterMs : Math.ceil((used * policy.windowMs) / shown),
    retryAfterMs,
  };
}
