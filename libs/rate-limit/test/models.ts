import type { Policy } from '../src/index.js';

/** An algorithm as one would explain it, without a thought for cost. Times in microseconds. */
export interface Model {
  /** How much counts. */
  used(now: number): number;
  record(now: number, cost: number): void;
  refund(now: number, cost: number): void;
  /** How far from the limit a decision may be taken either way, in units of cost. */
  readonly tolerance: number;
}

const windowOf = ({ windowMs }: Policy) => windowMs * 1_000;

/** Remembers each unit with its time. */
function logModel(policy: Policy): Model {
  let times: number[] = [];
  const current = (now: number) => times.filter((time) => time > now - windowOf(policy));
  return {
    tolerance: 0,
    used: (now) => current(now).length,
    record: (now, cost) => {
      // What is beyond the limit pushes out the oldest: full stays full.
      times = [...current(now), ...Array.from({ length: cost }, () => now)].slice(-policy.limit);
    },
    refund: (now, cost) => {
      const kept = current(now);
      times = kept.slice(0, Math.max(0, kept.length - cost));
    },
  };
}

/** Counts by bucket, all of them. */
function bucketsModel(policy: Policy): Model {
  const buckets = new Map<number, number>();
  const indexOf = (now: number) => Math.floor(now / windowOf(policy));
  const countOf = (index: number) => buckets.get(index) ?? 0;
  return {
    tolerance: 1e-9,
    used: (now) => {
      const index = indexOf(now);
      const passed = now / windowOf(policy) - index;
      return countOf(index - 1) * (1 - passed) + countOf(index);
    },
    record: (now, cost) => buckets.set(indexOf(now), countOf(indexOf(now)) + cost),
    refund: (now, cost) => {
      const index = indexOf(now);
      const fromCurrent = Math.min(cost, countOf(index));
      buckets.set(index, countOf(index) - fromCurrent);
      buckets.set(index - 1, Math.max(0, countOf(index - 1) - (cost - fromCurrent)));
    },
  };
}

/** A bucket that leaks at a steady rate. */
function leakyModel(policy: Policy): Model {
  let level = 0;
  let at = 0;
  const leak = (now: number) => {
    level = Math.max(0, level - ((now - at) * policy.limit) / windowOf(policy));
    at = now;
    return level;
  };
  return {
    tolerance: 0.02,
    used: leak,
    record: (now, cost) => (level = leak(now) + cost),
    refund: (now, cost) => (level = Math.max(0, leak(now) - cost)),
  };
}

export function modelOf(policy: Policy): Model {
  if (policy.algorithm === 'slidingLog') return logModel(policy);
  if (policy.algorithm === 'slidingWindow') return bucketsModel(policy);
  return leakyModel(policy);
}
