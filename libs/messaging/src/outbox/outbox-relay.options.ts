import { MessagingOptionError } from '../messaging.errors.js';

/** How a relay works. Times are in milliseconds. */
export interface OutboxRelayOptions {
  /** Events read, published and marked together; fewer while that fails. Default 200. */
  readonly batchSize: number;
  /** Longest time between two looks for unsent events when nothing woke the relay. Default 1000. */
  readonly pollMs: number;
  /** How long the lease of a dead relay keeps the next from taking over. Default 5000. */
  readonly leaseMs: number;
  /** Deadline for publishing one batch. Default 10 000. */
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
  batchSize: 200,
  pollMs: 1_000,
  leaseMs: 5_000,
  publishTimeoutMs: 10_000,
  retentionMs: 7 * 24 * 60 * 60 * 1_000,
  cleanUpEveryMs: 10 * 60 * 1_000,
  drainMs: 2_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
};

const least: OutboxRelayOptions = {
  batchSize: 1,
  pollMs: 1,
  leaseMs: 100,
  publishTimeoutMs: 1,
  retentionMs: 0,
  cleanUpEveryMs: 0,
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
  for (const option of Object.keys(defaults) as (keyof OutboxRelayOptions)[]) {
    const value = options[option];
    if (Number.isInteger(value) && value >= least[option] && value <= MOST) continue;
    const takes = `a whole number from ${least[option]} to ${MOST}`;
    throw new MessagingOptionError(`outbox.${option}`, value, takes);
  }
  return options;
}
