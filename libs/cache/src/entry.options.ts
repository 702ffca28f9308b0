import { CacheOptionError } from './cache.errors.js';
import { requireTags } from './tags.js';

/** How one entry is kept, and how long a caller waits for it. Times are in milliseconds. */
export interface EntryOptions {
  /** For how long it is fresh. Default 60 000. */
  ttlMs?: number;
  /**
   * For how long memory answers without asking Redis. Default: a tenth of `ttlMs`; where there is
   * no Redis, all of it.
   */
  memoryTtlMs?: number;
  /**
   * For how long after `ttlMs` it may still be served, as stale, while a fresh one is loaded or the
   * loader fails. Default 0: never.
   */
  graceMs?: number;
  /** After a loader failed, for how long the stale value is served without trying again. Default 1000. */
  graceBackoffMs?: number;
  /**
   * Where there is a stale value, how long a caller waits for the fresh one before it takes that;
   * loading goes on. Default 0: not at all. May be Infinity.
   */
  softTimeoutMs?: number;
  /**
   * Where there is none, how long a caller waits before it gets a `LoaderTimeoutError`; loading goes
   * on. Default Infinity.
   */
  hardTimeoutMs?: number;
  /**
   * From which share of `ttlMs` on a caller's hit starts a load in the background, one in the fleet.
   * Each process draws its own moment between there and half of the rest. Default: never.
   */
  earlyRefresh?: number;
  /** Up to which share of it `ttlMs` is shortened at random, so that keys do not expire together. Default 0. */
  jitter?: number;
  /** What the entry can be invalidated by beside its key; at most 64 of at most 200 characters. Default none. */
  tags?: readonly string[];
  /** `ttlMs` for when the loader gives `undefined` or `null`. Default 0: that is not kept. */
  negativeTtlMs?: number;
  /**
   * How long a caller waits for another process that loads the same key; then it takes what is stale,
   * or else loads by itself. Default 5000.
   */
  waitTimeoutMs?: number;
  /** After how long a process that died while loading is replaced; a living one renews. Default 2000. */
  leaseMs?: number;
}

/** What a loader may still say of the entry when it knows the value. */
export type LoadedOptions = Pick<
  EntryOptions,
  'ttlMs' | 'memoryTtlMs' | 'graceMs' | 'tags' | 'jitter' | 'negativeTtlMs' | 'earlyRefresh'
> & {
  /** Told to the loader when the value is to be loaded again. At most 1000 characters. */
  etag?: string;
};

export type ResolvedEntryOptions = Required<Omit<EntryOptions, 'memoryTtlMs' | 'earlyRefresh'>> &
  Pick<EntryOptions, 'memoryTtlMs' | 'earlyRefresh'> & {
    readonly etag?: string;
    /** Tags of the namespace, which nobody can leave out. */
    readonly scopeTags?: readonly string[];
  };

export const entryDefaults: ResolvedEntryOptions = Object.freeze({
  ttlMs: 60_000,
  graceMs: 0,
  graceBackoffMs: 1_000,
  softTimeoutMs: 0,
  hardTimeoutMs: Infinity,
  jitter: 0,
  tags: Object.freeze([]) as readonly string[],
  negativeTtlMs: 0,
  waitTimeoutMs: 5_000,
  leaseMs: 2_000,
});

const leastMs = {
  ttlMs: 1,
  memoryTtlMs: 0,
  graceMs: 0,
  graceBackoffMs: 0,
  negativeTtlMs: 0,
  waitTimeoutMs: 0,
  leaseMs: 100,
} as const;

const mostEtag = 1_000;

/**
 * What is given laid over what holds anyway.
 *
 * @param maxLifetimeMs what `ttlMs` and `graceMs` may be together
 * @throws {CacheOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveEntryOptions(
  base: ResolvedEntryOptions,
  given: (EntryOptions & LoadedOptions) | undefined,
  maxLifetimeMs: number,
): ResolvedEntryOptions {
  if (given === undefined) return base;
  const options: ResolvedEntryOptions = { ...base };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) Object.assign(options, { [name]: value });
  }
  requireTimes(options, maxLifetimeMs);
  requireShare('jitter', options.jitter, options.jitter >= 0);
  if (options.earlyRefresh !== undefined) {
    requireShare('earlyRefresh', options.earlyRefresh, options.earlyRefresh > 0);
  }
  if (options.etag !== undefined) requireEtag(options.etag);
  if (given.tags !== undefined) requireTags(options.tags);
  return options;
}

function requireTimes(options: ResolvedEntryOptions, maxLifetimeMs: number): void {
  for (const [name, least] of Object.entries(leastMs)) {
    const value = options[name as keyof typeof leastMs];
    if (value === undefined) continue;
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new CacheOptionError(name, value, `a whole number of milliseconds from ${least}`);
  }
  for (const name of ['softTimeoutMs', 'hardTimeoutMs'] as const) {
    if (options[name] >= 0) continue;
    throw new CacheOptionError(name, options[name], 'milliseconds from 0, or Infinity');
  }
  const { ttlMs, negativeTtlMs, graceMs } = options;
  const lifetimeMs = Math.max(ttlMs, negativeTtlMs) + graceMs;
  if (lifetimeMs <= maxLifetimeMs) return;
  throw new CacheOptionError(
    'ttlMs + graceMs',
    lifetimeMs,
    `at most ${maxLifetimeMs} (maxLifetimeMs): for so long it is known what was invalidated`,
  );
}

function requireShare(option: string, value: unknown, isEnough: boolean): void {
  if (typeof value === 'number' && isEnough && value < 1) return;
  throw new CacheOptionError(option, value, 'a share from 0 to below 1');
}

function requireEtag(etag: unknown): void {
  if (typeof etag === 'string' && etag.length <= mostEtag) return;
  throw new CacheOptionError('etag', etag, `a text of at most ${mostEtag} characters`);
}
