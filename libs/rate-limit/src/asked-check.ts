import { createHash } from 'node:crypto';

import type { Check } from './decision.js';
import type { Policy } from './policy.js';
import { RateLimitOptionError, requireWhole } from './rate-limit.errors.js';

/** A check that was found right, and where its state is kept. */
export interface AskedCheck {
  readonly policy: Policy;
  readonly key: string;
  readonly cost: number;
  readonly address?: string | undefined;
  readonly redisKey: string;
}

/** Longer keys, in bytes, are hashed: they cost memory in Redis, in here and in every command. */
const longestKey = 200;

/** Another algorithm keeps another state: a policy that changes its own begins anew. */
const letters = { slidingLog: 'l', slidingWindow: 'w', gcra: 'g', concurrency: 'c' } as const;

/** Where one limiter keeps its states: all with one hash tag, so that a script may use several. */
export class KeySpace {
  /** Of each policy what all its keys begin with. */
  private readonly beginnings = new WeakMap<Policy, string>();

  constructor(
    private readonly prefix: string,
    private readonly limiter: string,
  ) {}

  /** @throws {RateLimitOptionError} when a check is wrong, or one key comes twice. */
  ask(checks: readonly Check[]): AskedCheck[] {
    if (checks.length === 0) throw new RateLimitOptionError('checks', checks, 'at least one');
    const asked = checks.map((check) => this.askOne(check));
    if (asked.length > 1 && new Set(asked.map(({ redisKey }) => redisKey)).size < asked.length) {
      const names = asked.map(({ policy }) => policy.name);
      throw new RateLimitOptionError('checks', names, 'each policy and key once; use cost');
    }
    return asked;
  }

  askOne({ policy, key, cost = 1, address }: Check): AskedCheck {
    if (typeof key !== 'string' || key === '') {
      throw new RateLimitOptionError(`key of ${policy.name}`, key, 'text that is not empty');
    }
    if (cost !== 1) requireWhole(`cost of ${policy.name}`, cost, 1, policy.limit);
    return { policy, key, cost, address, redisKey: this.redisKeyOf(policy, key) };
  }

  private redisKeyOf(policy: Policy, key: string): string {
    const known = this.beginnings.get(policy);
    if (known !== undefined) return known + shortened(key);
    const { algorithm, name } = policy;
    const beginning = `${this.prefix}:{${this.limiter}}:${letters[algorithm]}:${name}:`;
    this.beginnings.set(policy, beginning);
    return beginning + shortened(key);
  }
}

function shortened(key: string): string {
  // A character takes three bytes at most.
  if (key.length * 3 <= longestKey || Buffer.byteLength(key) <= longestKey) return key;
  return `sha256-${createHash('sha256').update(key).digest('base64url')}`;
}
