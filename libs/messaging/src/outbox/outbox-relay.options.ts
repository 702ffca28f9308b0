import { MessagingOptionError } from '../messaging.errors.js';

/** Where an event must be before it counts as sent. */
export type Durability = 'memory' | 'aof';

/** How a relay works. Times are in milliseconds. */
export interface OutboxRelayOptions {
  /**
   * `memory`: an event is sent when Redis has it. `aof`: when Redis has it on disk, which needs
   * Redis 7.2 or newer with `appendonly yes`; with `appendfsync everysec` marks come up to a second
   * later, publishing does not. Where the server cannot tell, a warning at boot says so and the
   * relay works as with `memory`. Default `memory`.
   */
  readonly durability: Durability;
  /** Events read, published and marked together; fewer while that fails. Default 1000. */
  readonly batchSize: number;
  /**
   * Bytes of payload (as JSON) that are published by one command; a larger event goes alone. What is
   * read at once follows it: as many events as fit, if they are as large as the last. Default 4 194 304
   * (4 MiB).
   */
  readonly batchBytes: number;
  /** Longest time between two looks for unsent events when nothing woke the relay. Default 1000. */
  readonly pollMs: number;
  /** How long the lease of a dead relay keeps the next from taking over. Default 5000. */
  readonly leaseMs: number;
  /** Deadline for publishing one batch, and for its way to disk. Default 10 000. */
  readonly publishTimeoutMs: number;
  /** How long sent events are kept, to be published again should Redis lose them. Default 7 days. */
  readonly retentionMs: number;
  /** Time between two removals of sent events that are past retention. Default 10 minutes. */
  readonly cleanUpEveryMs: number;
  /** How long a stop may go on publishing what is committed. Default 2000. */
  readonly drainMs: number;
  /** Longest first wait after a failure, doubled with each further one. Default 100. */
  readonly retryMinMs: number;
  /** Longest wait after a failure. Default 5000. */
  readonly retryMaxMs: number;
}

const defaults: OutboxRelayOptions = {
  durability: 'memory',
  batchSize: 1_000,
  batchBytes: 4_194_304,
  pollMs: 1_000,
  leaseMs: 5_000,
  publishTimeoutMs: 10_000,
  retentionMs: 7 * 24 * 60 * 60 * 1_000,
  cleanUpEveryMs: 10 * 60 * 1_000,
  drainMs: 2_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
};

const least: Omit<OutboxRelayOptions, 'durability'> = {
  batchSize: 1,
  batchBytes: 1,
  pollMs: 1,
  leaseMs: 100,
  publishTimeoutMs: 1,
  retentionMs: 0,
  cleanUpEveryMs: 1,
  drainMs: 0,
  retryMinMs: 1,
  retryMaxMs: 1,
};

const MOST = 2 ** 31 - 1;

/**
 * Fills in the defaults and checks the rest.
 * @throws {MessagingOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveRelayOptions(given: Partial<OutboxRelayOptions> = {}): OutboxRelayOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const options: OutboxRelayOptions = { ...defaults, ...Object.fromEntries(set) };
  if (options.durability !== 'memory' && options.durability !== 'aof') {
    throw new MessagingOptionError('outbox.durability', options.durability, '"memory" or "aof"');
  }
  for (const option of Object.keys(least) as (keyof typeof least)[]) {
    requireWhole(option, options[option], least[option]);
  }
  return options;
}

/** @throws {MessagingOptionError} */
export function requireWhole(option: string, value: number, min: number): void {
  if (Number.isInteger(value) && value >= min && value <= MOST) return;
  throw new MessagingOptionError(
    `outbox.${option}`,
    value,
    `a whole number from ${min} to ${MOST}`,
  );
}
