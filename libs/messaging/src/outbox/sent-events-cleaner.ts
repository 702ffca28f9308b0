import { type Outage, pause } from './outage.js';
import type { OutboxStore } from './outbox-store.js';

/** When and what a cleaner removes. */
export interface SentEventsCleanerOptions {
  readonly retentionMs: number;
  readonly cleanUpEveryMs: number;
}

/** What a cleaner works with. */
export interface SentEventsCleanerParts {
  readonly store: OutboxStore;
  readonly options: SentEventsCleanerOptions;
  readonly cleaning: Outage;
}

/** Events removed with one statement, so that none runs long or holds up publishing. */
const REMOVED_AT_ONCE = 1_000;

/** Removes events that were sent longer ago than they are kept, beside the relay's other work. */
export class SentEventsCleaner {
  constructor(private readonly parts: SentEventsCleanerParts) {}

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { options, cleaning } = this.parts;
    while (!signal.aborted) {
      try {
        await this.cleanUp(signal);
        cleaning.over();
        await pause(options.cleanUpEveryMs, signal);
      } catch (error) {
        if (!signal.aborted) await cleaning.failed(error, signal);
      }
    }
  }

  private async cleanUp(signal: AbortSignal): Promise<void> {
    const which = { olderThanMs: this.parts.options.retentionMs, limit: REMOVED_AT_ONCE };
    let removed = REMOVED_AT_ONCE;
    while (removed === REMOVED_AT_ONCE && !signal.aborted) {
      removed = await this.parts.store.removeSent(which);
    }
  }
}
