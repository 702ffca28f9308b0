import { randomUUID } from 'node:crypto';

import { AccessLists } from './access-lists.js';
import { type AskedCheck, KeySpace } from './asked-check.js';
import { BlockedKeys } from './blocked-keys.js';
import { type Check, type CheckResult, type Decision, decide } from './decision.js';
import { Hold } from './hold.js';
import { LimitStore, type Mode } from './limit-store.js';
import type { RateLimitObserver } from './rate-limit-observer.js';
import { RateLimitOptionError } from './rate-limit.errors.js';
import { type RateLimiterOptions, resolveRateLimiterOptions } from './rate-limiter.options.js';
import { GuardedStore } from './unavailable/guarded-store.js';
import { LocalLimits } from './unavailable/local-limits.js';

/**
 * Decides who may go on, by policies whose counts all processes share in one Redis. No call throws
 * because Redis is away, or takes longer than the deadline: then each policy's `onUnavailable` says.
 *
 * @example
 * const signIns = slidingLog({ name: 'sign-in', limit: 5, windowMs: 60_000 });
 * const { allowed, retryAfterMs } = await limiter.consume({ policy: signIns, key: email });
 */
export class RateLimiter {
  readonly name: string;
  private readonly keys: KeySpace;
  private readonly lists: AccessLists;
  private readonly blocked: BlockedKeys;
  private readonly store: GuardedStore;
  private readonly local: LocalLimits;
  private readonly observer: RateLimitObserver;

  /** @throws {RateLimitOptionError} */
  constructor(given: RateLimiterOptions) {
    const options = resolveRateLimiterOptions(given);
    this.name = options.name;
    this.observer = options.observer;
    this.keys = new KeySpace(options.prefix, options.name);
    this.lists = new AccessLists(options.allow, options.deny);
    this.blocked = new BlockedKeys(options.blockedKeys, options.blockedMs);
    this.local = new LocalLimits(options.onUnavailable, options.localKeys, options.pauseMs);
    this.store = new GuardedStore(new LimitStore(options.redis), options);
  }

  /**
   * Takes the cost of all checks, or of none: when one is refused, nothing is recorded anywhere.
   *
   * @throws {RateLimitOptionError} when a check is wrong, or is of a concurrency policy: see `hold`.
   */
  consume(checks: Check | readonly Check[]): Promise<Decision> {
    const refusal = 'policy' in checks ? this.refusedAgain(checks) : undefined;
    return refusal === undefined ? this.consumeAsked(checks) : Promise.resolve(refusal);
  }

  /**
   * Takes a slot of each concurrency policy among the checks, and the cost of the others, or nothing
   * at all. The slots are renewed until they are released; bind the hold with `await using`.
   *
   * @throws {RateLimitOptionError} when a check is wrong.
   */
  async hold(checks: Check | readonly Check[]): Promise<Hold> {
    const asked = this.ask(checks);
    const slot = randomUUID();
    const decision = await this.take(asked, slot);
    // One in shadow may be allowed without having been taken.
    const slots = asked.filter(
      ({ policy }, index) => policy.algorithm === 'concurrency' && decision.all[index]?.allowed,
    );
    return new Hold({
      decision,
      slots: decision.allowed && decision.source !== 'list' ? slots : [],
      slot,
      store: this.store,
      local: decision.source === 'fallback' ? this.local : undefined,
      onLost: () =>
        this.observer.slotLost?.({
          limiter: this.name,
          policies: slots.map(({ policy }) => policy.name),
        }),
    });
  }

  /**
   * Tells what `consume` would, and takes nothing.
   *
   * @throws {RateLimitOptionError} when a check is wrong.
   */
  async peek(checks: Check | readonly Check[]): Promise<Decision> {
    const asked = this.ask(checks);
    return (await this.inRedis('peek', asked)) ?? this.inProcess(asked, false);
  }

  /**
   * Counts a check's cost whether it fits or not, such as more for a wrong password than for a right
   * one. Tells whether a cost of 1 would fit afterwards.
   *
   * @throws {RateLimitOptionError} when the check is wrong, or of a concurrency policy.
   */
  async penalize(check: Check): Promise<Decision> {
    return this.adjust('penalize', check);
  }

  /**
   * Gives a check's cost back, as far as it counts: of the newest first where that matters. Tells
   * whether a cost of 1 would fit afterwards.
   *
   * @throws {RateLimitOptionError} when the check is wrong, or of a concurrency policy.
   */
  async refund(check: Check): Promise<Decision> {
    return this.adjust('refund', check);
  }

  /**
   * Forgets what counts for these policies and keys; of a concurrency policy, all slots.
   *
   * @throws {RateLimitOptionError} when a check is wrong.
   * @throws {RateLimitTimeoutError} or the client's error when Redis did not answer.
   */
  async reset(checks: Check | readonly Check[]): Promise<void> {
    const asked = this.ask(checks);
    for (const check of asked) this.blocked.forget(check);
    this.local.forget(asked);
    await this.store.forget(asked);
    // A refusal that was under way meanwhile was remembered from before.
    for (const check of asked) this.blocked.forget(check);
  }

  private ask(checks: Check | readonly Check[]): AskedCheck[] {
    return 'policy' in checks ? [this.keys.askOne(checks)] : this.keys.ask(checks);
  }

  /** Whoever goes on asking is told at once, and costs next to nothing. Lists come before. */
  private refusedAgain(check: Check): Decision | undefined {
    if (!this.lists.areEmpty) return undefined;
    const refusal = this.blocked.refusalAgain(check);
    if (refusal !== undefined) this.tell(refusal);
    return refusal;
  }

  private async consumeAsked(checks: Check | readonly Check[]): Promise<Decision> {
    const asked = this.ask(checks);
    for (const { policy } of asked) requireRate(policy.algorithm, policy.name, 'consume');
    return this.take(asked, '');
  }

  private async take(asked: readonly AskedCheck[], slot: string): Promise<Decision> {
    const decision =
      this.lists.decide(asked) ??
      this.fromMemory(asked) ??
      (await this.inRedis('consume', asked, slot)) ??
      this.inProcess(asked, true);
    this.tell(decision);
    return decision;
  }

  /** Whoever was refused a moment ago is refused again; what else was asked is not known here. */
  private fromMemory(asked: readonly AskedCheck[]): Decision | undefined {
    for (const check of asked) {
      const refusal = this.blocked.refusalOf(check);
      if (refusal) return refusal;
    }
    return undefined;
  }

  private async inRedis(
    mode: Mode,
    asked: readonly AskedCheck[],
    slot = '',
  ): Promise<Decision | undefined> {
    const since = performance.now();
    const answer = await this.store.run(mode, asked, slot);
    if (answer === undefined) return undefined;
    const { passes, results } = answer;
    if (mode === 'consume' && !passes) this.rememberRefusals(asked, results, since);
    return decide(results, passes, 'redis');
  }

  private rememberRefusals(
    asked: readonly AskedCheck[],
    results: readonly CheckResult[],
    since: number,
  ): void {
    for (const [index, check] of asked.entries()) {
      const result = results[index];
      if (result) this.blocked.remember(check, result, since);
    }
  }

  private inProcess(asked: readonly AskedCheck[], record: boolean): Decision {
    const { passes, results } = this.local.decide(asked, record);
    return decide(results, passes, 'fallback');
  }

  private async adjust(mode: 'penalize' | 'refund', check: Check): Promise<Decision> {
    const { policy } = check;
    requireRate(policy.algorithm, policy.name, mode);
    const asked = this.ask(check);
    for (const each of asked) this.blocked.forget(each);
    const decision = await this.inRedis(mode, asked);
    for (const each of asked) this.blocked.forget(each);
    if (decision) return decision;
    this.local[mode](asked);
    return this.inProcess(this.ask({ ...check, cost: 1 }), false);
  }

  private tell({ all, allowed, source }: Decision): void {
    if (this.observer.decided === undefined) return;
    for (const result of all) {
      const { name: policy, shadow } = result.policy;
      // One that fits while another refuses is not refused, and neither is it let through.
      if (!allowed && (result.allowed || shadow)) continue;
      const outcome = result.allowed ? 'allowed' : shadow ? 'shadow' : 'refused';
      this.observer.decided({ limiter: this.name, policy, outcome, source });
    }
  }
}

function requireRate(algorithm: string, name: string, operation: string): void {
  if (algorithm !== 'concurrency') return;
  throw new RateLimitOptionError(
    `policy of ${operation}`,
    name,
    'a policy that counts in time; slots of a concurrency policy are held: hold()',
  );
}
