import { RateLimitOptionError, requireWhole } from './rate-limit.errors.js';

/** How a policy counts; the README compares them. */
export type Algorithm = 'slidingLog' | 'slidingWindow' | 'gcra' | 'concurrency';

/**
 * What a check is answered with when Redis does not: `allow` lets it through, `refuse` does not, and
 * `{ share }` counts in this process alone, up to that share of the limit (above 0, at most 1).
 */
export type OnUnavailable = 'allow' | 'refuse' | { readonly share: number };

/** How much may be taken in which time. Make one by {@link slidingWindow} and its like. */
export interface Policy {
  /** Part of the keys, of headers and of metrics. */
  readonly name: string;
  readonly algorithm: Algorithm;
  /** The most that can be taken at once. */
  readonly limit: number;
  /** Milliseconds in which all of it is given back; of a concurrency policy, the lease of a slot. */
  readonly windowMs: number;
  /** Default: what the limiter says. */
  readonly onUnavailable: OnUnavailable | undefined;
  /** Counts and reports what it would refuse, and lets it through. */
  readonly shadow: boolean;
}

/** What every policy takes. */
export interface PolicyOptions {
  /** Letters, digits, `_`, `.` and `-`, up to 64. Two policies of one limiter need two names. */
  readonly name: string;
  /** A whole number from 1 to 1,000,000,000; of an exact sliding window at most 1,000,000. */
  readonly limit: number;
  /** Default: the limiter's, which is a share of a quarter unless given. */
  readonly onUnavailable?: OnUnavailable;
  /** Default false. */
  readonly shadow?: boolean;
}

/** What a policy takes that counts in a window. */
export interface WindowOptions extends PolicyOptions {
  /** A whole number of milliseconds, from 1 to 366 days. */
  readonly windowMs: number;
}

const DAY_MS = 86_400_000;
const longestWindowMs = 366 * DAY_MS;
const mostCounted = 1_000_000_000;
const mostLogged = 1_000_000;

/**
 * At most `limit` in any span of `windowMs`, exactly. Keeps an entry for each unit of cost in the
 * window: for small limits, such as attempts to sign in.
 *
 * @throws {RateLimitOptionError}
 */
export function slidingLog(options: WindowOptions): Policy {
  return policy('slidingLog', options, mostLogged);
}

/**
 * At most `limit` in about any span of `windowMs`, in constant memory: 14 bytes a key. A span of
 * length d within it lets through at most `limit × (1 + d / windowMs)`: at once never more than
 * `limit`, and twice it at worst over a whole window.
 *
 * @throws {RateLimitOptionError}
 */
export function slidingWindow(options: WindowOptions): Policy {
  return policy('slidingWindow', options);
}

/**
 * `limit` in each `windowMs` at a steady rate, of which up to `burst` at once. Any span of length d
 * lets through at most `burst + limit × d / windowMs`. Keeps 8 bytes a key.
 *
 * @throws {RateLimitOptionError}
 */
export function gcra({
  burst,
  ...options
}: WindowOptions & {
  /** A whole number. Default: `limit`. */
  readonly burst?: number;
}): Policy {
  const { name, limit, windowMs, ...rest } = policy('gcra', options);
  if (burst === undefined) return { ...rest, name, limit, windowMs };
  requireWhole(`policy ${name}: burst`, burst, 1, mostCounted);
  return Object.freeze({ ...rest, name, limit: burst, windowMs: (windowMs * burst) / limit });
}

/**
 * At most `limit` at the same time; taken by `hold`, given back by releasing. A slot whose holder
 * died frees itself after `leaseMs`; a living holder renews it.
 *
 * @throws {RateLimitOptionError}
 */
export function concurrency({
  leaseMs,
  ...options
}: PolicyOptions & {
  /** A whole number of milliseconds, from 100 to a day. */
  readonly leaseMs: number;
}): Policy {
  requireWhole(`policy ${options.name}: leaseMs`, leaseMs, 100, DAY_MS);
  return policy('concurrency', { ...options, windowMs: leaseMs }, mostLogged);
}

/** @throws {RateLimitOptionError} */
export function requireOnUnavailable(option: string, value: OnUnavailable): void {
  if (value === 'allow' || value === 'refuse') return;
  if (typeof value === 'object' && value !== null && value.share > 0 && value.share <= 1) return;
  throw new RateLimitOptionError(option, value, '"allow", "refuse" or { share: above 0 to 1 }');
}

/** @throws {RateLimitOptionError} */
export function requireName(option: string, name: unknown): void {
  if (typeof name === 'string' && /^[\w.-]{1,64}$/.test(name)) return;
  throw new RateLimitOptionError(option, name, 'letters, digits, "_", "." and "-", up to 64');
}

function policy(algorithm: Algorithm, options: WindowOptions, mostLimit = mostCounted): Policy {
  const { name, limit, windowMs, onUnavailable, shadow = false } = options;
  requireName('policy name', name);
  requireWhole(`policy ${name}: limit`, limit, 1, mostLimit);
  requireWhole(`policy ${name}: windowMs`, windowMs, 1, longestWindowMs);
  if (onUnavailable !== undefined) {
    requireOnUnavailable(`policy ${name}: onUnavailable`, onUnavailable);
  }
  return Object.freeze({ name, algorithm, limit, windowMs, onUnavailable, shadow });
}
