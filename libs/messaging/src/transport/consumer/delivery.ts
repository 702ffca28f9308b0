import type { StreamEntry } from '../stream-entry.js';
import type { ConsumerGroup } from './consumer-group.js';

/** An entry in this consumer's hand, under a lease that is renewed until it is done. */
export class Delivery {
  /** Whether the attempt under way has reached the handler. */
  begun = false;
  private readonly abort = new AbortController();
  private leaseEndsAt: number;

  constructor(
    readonly group: ConsumerGroup,
    readonly entry: StreamEntry,
    /** The attempt under way; counts the deliveries to consumers that died, too. */
    public attempt: number,
    private readonly leaseMs: number,
  ) {
    this.leaseEndsAt = performance.now() + leaseMs;
  }

  get entryId(): string {
    return this.entry.entryId;
  }

  /** Aborts when the entry is no longer this consumer's, or the process stops waiting for it. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** For the server's memory: attempts that reached a handler. */
  get attemptsBegun(): number {
    return this.begun ? this.attempt : this.attempt - 1;
  }

  /** Another consumer may have taken it, as far as this one's clock tells. */
  get isLeaseOver(): boolean {
    return performance.now() >= this.leaseEndsAt;
  }

  /** @param askedAt `performance.now()` before the renewal was sent. */
  renewed(askedAt: number): void {
    this.leaseEndsAt = askedAt + this.leaseMs;
  }

  giveUp(reason: Error): void {
    this.abort.abort(reason);
  }
}
