import type { AskedCheck } from './asked-check.js';
import type { CheckResult } from './decision.js';

interface Block {
  readonly result: CheckResult;
  readonly cost: number;
  /** By the monotonic clock: when Redis was asked, and until when it would refuse. */
  readonly since: number;
  readonly until: number;
}

/**
 * Remembers what Redis has refused, until it could be allowed again: who goes on asking is refused
 * from here. Holds so many keys at most; the one that asked least recently makes room.
 */
export class BlockedKeys {
  private readonly blocks = new Map<string, Block>();

  /**
   * @param maxKeys 0 remembers nothing
   * @param maxMs the longest to believe a refusal, should another process forget or refund
   */
  constructor(
    private readonly maxKeys: number,
    private readonly maxMs: number,
  ) {}

  /** How Redis would refuse the check, or undefined where it has to be asked. */
  refusalOf({ redisKey, cost, policy }: AskedCheck): CheckResult | undefined {
    if (this.blocks.size === 0) return undefined;
    const block = this.blocks.get(redisKey);
    if (block === undefined) return undefined;
    const now = performance.now();
    const { result, since, until } = block;
    if (now >= until) {
      this.blocks.delete(redisKey);
      return undefined;
    }
    // Less might fit, and so it might under another limit.
    if (cost < block.cost || policy.limit !== result.limit) return undefined;
    this.blocks.delete(redisKey);
    this.blocks.set(redisKey, block);
    const passedMs = now - since;
    return {
      policy,
      key: result.key,
      allowed: false,
      limit: result.limit,
      count: result.count,
      remaining: result.remaining,
      resetMs: Math.ceil(result.resetMs - passedMs),
      retryAfterMs: Math.ceil(result.retryAfterMs - passedMs),
    };
  }

  /** @param since when Redis was asked: counted from there, no refusal outlasts Redis' own */
  remember({ redisKey, cost, policy }: AskedCheck, result: CheckResult, since: number): void {
    if (this.maxKeys === 0 || policy.shadow || result.allowed) return;
    // Slots are given back at any time.
    if (policy.algorithm === 'concurrency') return;
    this.blocks.delete(redisKey);
    const until = since + Math.min(result.retryAfterMs, this.maxMs);
    this.blocks.set(redisKey, { result, cost, since, until });
    if (this.blocks.size <= this.maxKeys) return;
    for (const oldest of this.blocks.keys()) {
      this.blocks.delete(oldest);
      return;
    }
  }

  forget({ redisKey }: AskedCheck): void {
    this.blocks.delete(redisKey);
  }
}
