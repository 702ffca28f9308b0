import type { OutboxStore } from './outbox-store.js';

/** When and what a cleaner removes. */
export interface SentEventsCleanerOptions {
  readonly retentionMs: number;
  readonly cleanUpEveryMs: number;
}

/** Events removed with one statement, so that none runs long or holds up publishing. */
const REMOVED_AT_ONCE = 1_000;

/** Removes events that were sent longer ago than they are kept. */
export class SentEventsCleaner {
  private nextAt = 0;

  constructor(
    private readonly store: OutboxStore,
    private readonly options: SentEventsCleanerOptions,
  ) {}

  /** Removes one portion if it is time to; tells whether more is to be removed. */
  async cleanUp(): Promise<boolean> {
    if (performance.now() < this.nextAt) return false;
    const removed = await this.store.removeSent({
      olderThanMs: this.options.retentionMs,
      limit: REMOVED_AT_ONCE,
    });
    if (removed === REMOVED_AT_ONCE) return true;
    this.nextAt = performance.now() + this.options.cleanUpEveryMs;
    return false;
  }
}
