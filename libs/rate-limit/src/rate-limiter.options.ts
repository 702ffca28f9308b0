import type { LimitRedis } from './limit-store.js';
import { type OnUnavailable, requireName, requireOnUnavailable } from './policy.js';
import { RateLimitOptionError, requireWhole } from './rate-limit.errors.js';
import type { RateLimitObserver } from './rate-limit-observer.js';

/** How a limiter works. */
export interface RateLimiterOptions {
  /**
   * A connection that fails at once while its server is away, such as `createRedis` of
   * @trilith/redis makes: to one server, to a master that Sentinels watch, or to a cluster.
   */
  readonly redis: LimitRedis;
  /**
   * Part of the keys. All keys of one limiter lie on one node of a cluster, so that several checks
   * are decided at once; limiters of other names lie elsewhere. Default `default`.
   */
  readonly name?: string;
  /** First part of every key. Default `trilith`. */
  readonly prefix?: string;
  /** The longest that a decision may take, in milliseconds from 1 to 60,000. Default 100. */
  readonly deadlineMs?: number;
  /** What checks are answered with when Redis does not answer. Default `{ share: 0.25 }`. */
  readonly onUnavailable?: OnUnavailable;
  /** Failures in a row after which Redis is not asked for `pauseMs`. From 1, default 3. */
  readonly maxFailures?: number;
  /** Milliseconds between two trials while Redis is away. From 1, default 1,000. */
  readonly pauseMs?: number;
  /**
   * How many refused keys are remembered, to refuse them without asking Redis until they could be
   * allowed again. From 0 to 10,000,000, default 10,000; 0 asks Redis each time.
   */
  readonly blockedKeys?: number;
  /**
   * The longest to go on refusing from memory, in milliseconds from 1: how long a `reset` or `refund`
   * by another process can go unnoticed. Default: until the key could be allowed again anyway.
   */
  readonly blockedMs?: number;
  /** How many keys are counted in this process while Redis is away. From 1, default 10,000. */
  readonly localKeys?: number;
  /**
   * Keys, and addresses or ranges in CIDR notation, that are let through and not counted. Addresses
   * are compared with a check's `address`, never with its key: that may be what a caller typed.
   */
  readonly allow?: readonly string[];
  /** The same, refused. Who is on both lists is refused. */
  readonly deny?: readonly string[];
  /** Told of decisions. */
  readonly observer?: RateLimitObserver;
}

export type ResolvedRateLimiterOptions = Required<RateLimiterOptions>;

/** @throws {RateLimitOptionError} in one line, naming the option, what it got and what it takes. */
export function resolveRateLimiterOptions({
  redis,
  name = 'default',
  prefix = 'trilith',
  deadlineMs = 100,
  onUnavailable = { share: 0.25 },
  maxFailures = 3,
  pauseMs = 1_000,
  blockedKeys = 10_000,
  blockedMs = Number.MAX_SAFE_INTEGER,
  localKeys = 10_000,
  allow = [],
  deny = [],
  observer = {},
}: RateLimiterOptions): ResolvedRateLimiterOptions {
  requireName('name', name);
  // The limiter's name is the hash tag, so nothing before it may look like one.
  if (typeof prefix !== 'string' || !/^[^{}]+$/.test(prefix)) {
    throw new RateLimitOptionError('prefix', prefix, 'text without braces that is not empty');
  }
  requireWhole('deadlineMs', deadlineMs, 1, 60_000);
  requireOnUnavailable('onUnavailable', onUnavailable);
  requireWhole('maxFailures', maxFailures, 1, 1_000);
  requireWhole('pauseMs', pauseMs, 1, 3_600_000);
  requireWhole('blockedKeys', blockedKeys, 0, 10_000_000);
  requireWhole('blockedMs', blockedMs, 1, Number.MAX_SAFE_INTEGER);
  requireWhole('localKeys', localKeys, 1, 10_000_000);
  return {
    redis,
    name,
    prefix,
    deadlineMs,
    onUnavailable,
    maxFailures,
    pauseMs,
    blockedKeys,
    blockedMs,
    localKeys,
    allow,
    deny,
    observer,
  };
}
