import type { AskedCheck } from './asked-check.js';
import { type Check, type CheckResult, type Decision, decide } from './decision.js';
import type { Policy } from './policy.js';

interface Block {
  readonly redisKey: string;
  readonly result: CheckResult;
  readonly cost: number;
  /** By the monotonic clock: when Redis was asked, and until when it would refuse. */
  readonly since: number;
  readonly until: number;
  /** Whether it was asked for since it was remembered, or since it was passed over. */
  isAskedFor: boolean;
  /** What was told last, and until when its milliseconds are right. */
  told: Decision | undefined;
  toldUntil: number;
}

/**
 * Remembers what Redis has refused, until it could be allowed again: who goes on asking is refused
 * from here. Holds so many keys at most. One that nobody asked for lately makes room, the oldest
 * first: those that were asked for are passed over once. Source of that "second chance": Corbató,
 * "A Paging Experiment with the Multics System", 1968.
 */
export class BlockedKeys {
  /** The oldest first. */
  private readonly blocks = new Map<string, Block>();
  /** The same by policy and key as callers have them: found without putting a name together. */
  private readonly byPolicy = new WeakMap<Policy, Map<string, Block>>();

  /**
   * @param maxKeys 0 remembers nothing
   * @param maxMs the longest to believe a refusal, should another process forget or refund
   */
  constructor(
    private readonly maxKeys: number,
    private readonly maxMs: number,
  ) {}

  /**
   * How Redis would refuse the very check that it has refused before, or undefined where that is not
   * so plain. A check that is wrong was never refused, and is not found.
   */
  refusalAgain({ policy, key, cost = 1 }: Check): Decision | undefined {
    const block = this.byPolicy.get(policy)?.get(key);
    if (block === undefined || cost !== 1) return undefined;
    return this.refusalBy(block, policy, cost);
  }

  /** How Redis would refuse the check, or undefined where it has to be asked. */
  refusalOf({ redisKey, policy, cost }: AskedCheck): Decision | undefined {
    const block = this.blocks.get(redisKey);
    return block && this.refusalBy(block, policy, cost);
  }

  /** @param since when Redis was asked: counted from there, no refusal outlasts Redis' own */
  remember({ redisKey, cost, policy, key }: AskedCheck, result: CheckResult, since: number): void {
    if (this.maxKeys === 0 || policy.shadow || result.allowed) return;
    // Slots are given back at any time.
    if (policy.algorithm === 'concurrency') return;
    this.forget({ redisKey });
    const until = since + Math.min(result.retryAfterMs, this.maxMs);
    const untold = { isAskedFor: false, told: undefined, toldUntil: 0 };
    const block = { redisKey, result, cost, since, until, ...untold };
    this.blocks.set(redisKey, block);
    const keys = this.byPolicy.get(policy);
    if (keys) keys.set(key, block);
    else this.byPolicy.set(policy, new Map([[key, block]]));
    if (this.blocks.size > this.maxKeys) this.makeRoom();
  }

  forget({ redisKey }: Pick<AskedCheck, 'redisKey'>): void {
    const block = this.blocks.get(redisKey);
    if (block === undefined) return;
    this.blocks.delete(redisKey);
    const { policy, key } = block.result;
    this.byPolicy.get(policy)?.delete(key);
  }

  private refusalBy(block: Block, policy: Policy, cost: number): Decision | undefined {
    const now = performance.now();
    if (now >= block.until) {
      this.forget(block);
      return undefined;
    }
    // Less might fit, and so it might under another limit.
    if (cost < block.cost || policy.limit !== block.result.limit) return undefined;
    block.isAskedFor = true;
    if (block.told?.policy === policy && now < block.toldUntil) return block.told;
    return tell(block, policy, now);
  }

  private makeRoom(): void {
    for (const block of this.blocks.values()) {
      if (!block.isAskedFor) return this.forget(block);
      block.isAskedFor = false;
      this.blocks.delete(block.redisKey);
      this.blocks.set(block.redisKey, block);
    }
  }
}

/** Makes what is told to all who ask within the same millisecond. */
function tell(block: Block, policy: Policy, now: number): Decision {
  const { result, since } = block;
  const passedMs = Math.floor(now - since);
  const refusal = {
    ...result,
    policy,
    resetMs: result.resetMs - passedMs,
    retryAfterMs: result.retryAfterMs - passedMs,
  };
  block.told = decide([refusal], false, 'memory');
  block.toldUntil = since + passedMs + 1;
  return block.told;
}
