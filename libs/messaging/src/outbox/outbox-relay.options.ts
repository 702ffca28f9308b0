/** How a relay works. Times are in milliseconds. */
export interface OutboxRelayOptions {
  /** Events read, published and marked together; 200 by default. */
  readonly batchSize: number;
  /** Longest time between two looks for unsent events when nothing woke the relay; 1,000. */
  readonly pollMs: number;
  /** How long the lease of a dead relay keeps the next from taking over; 5,000. */
  readonly leaseMs: number;
  /** Deadline for publishing one batch; 10,000. */
  readonly publishTimeoutMs: number;
  /** How long sent events are kept, to be published again should Redis lose them; 7 days. */
  readonly retentionMs: number;
  /** Time between two removals of sent events that are past retention; 10 minutes. */
  readonly cleanUpEveryMs: number;
  /** How long a stop may go on publishing what is committed; 2,000. */
  readonly drainMs: number;
  /** Longest first wait after a failure, doubled with each further one; 100. */
  readonly retryMinMs: number;
  /** Longest wait after a failure; 5,000. */
  readonly retryMaxMs: number;
}

export const outboxRelayDefaults: OutboxRelayOptions = Object.freeze({
  batchSize: 200,
  pollMs: 1_000,
  leaseMs: 5_000,
  publishTimeoutMs: 10_000,
  retentionMs: 7 * 24 * 60 * 60 * 1_000,
  cleanUpEveryMs: 10 * 60 * 1_000,
  drainMs: 2_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
});
