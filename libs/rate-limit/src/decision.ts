import type { Policy } from './policy.js';

/** One thing to count: how much of which policy, for whom. */
export interface Check {
  readonly policy: Policy;
  /** For whom: an account, an API key, an address. Not empty; long ones are hashed. */
  readonly key: string;
  /** A whole number from 1 to the policy's limit. Default 1. */
  readonly cost?: number;
  /** Where the caller is; compared with the addresses of allow- and deny-lists, and not counted. */
  readonly address?: string | undefined;
}

/** How a check went. */
export interface CheckResult {
  readonly policy: Policy;
  readonly key: string;
  /** Whether its cost fits; of a policy in shadow, whether it would. */
  readonly allowed: boolean;
  readonly limit: number;
  /** How much counts now, with this check if it was recorded. Rounded up. */
  readonly count: number;
  /** How much could still be taken at once. */
  readonly remaining: number;
  /** Milliseconds until nothing counts any more. */
  readonly resetMs: number;
  /** Milliseconds until the cost of this check fits; 0 when it fits now. */
  readonly retryAfterMs: number;
}

/**
 * Who decided: `redis`; `memory`, because Redis has refused the key before and its time is not over;
 * `list`, an allow- or deny-list; `fallback`, because Redis did not answer.
 */
export type DecisionSource = 'redis' | 'memory' | 'list' | 'fallback';

/**
 * Whether all checks are allowed. What is told beside it is of one check: of the one that refuses
 * for longest, or when all are allowed of the one with the least remaining.
 */
export interface Decision extends CheckResult {
  /** Whether to go on. Checks of policies in shadow never refuse. */
  readonly allowed: boolean;
  readonly source: DecisionSource;
  /** Of each check, in the order given. */
  readonly all: readonly CheckResult[];
}

/** Puts the results of checks together. There is at least one. */
export function decide(
  all: readonly CheckResult[],
  allowed: boolean,
  source: DecisionSource,
): Decision {
  let told = all[0] as CheckResult;
  for (let at = 1; at < all.length; at += 1) {
    const other = all[at] as CheckResult;
    if (tellsMore(other, told, allowed)) told = other;
  }
  const { policy, key, limit, count, remaining, resetMs, retryAfterMs } = told;
  return {
    allowed,
    source,
    policy,
    key,
    limit,
    count,
    remaining,
    resetMs,
    retryAfterMs: allowed ? 0 : retryAfterMs,
    all,
  };
}

function tellsMore(other: CheckResult, told: CheckResult, allowed: boolean): boolean {
  if (!allowed) return refusalOf(other) > refusalOf(told);
  if (other.policy.shadow !== told.policy.shadow) return told.policy.shadow;
  return other.remaining < told.remaining;
}

/** How long a check refuses; below 0 when it doesn't. */
function refusalOf({ policy, allowed, retryAfterMs }: CheckResult): number {
  return allowed || policy.shadow ? -1 : retryAfterMs;
}
