import type { StreamEntry } from '../stream-entry.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { HandlerDeadline } from './handler-deadline.js';

/** An entry in this consumer's hand, under a lease that is renewed until it is done. */
export class Delivery {
  private reason: Error | undefined;
  private deadline: HandlerDeadline | undefined;
  private readonly ended = Promise.withResolvers<void>();
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

  /** Whether a handler has seen it. */
  get begun(): boolean {
    return this.deadline !== undefined;
  }

  /** The entry is no longer this consumer's, or the process has stopped waiting for it. */
  get isGivenUp(): boolean {
    return this.reason !== undefined;
  }

  /** Resolves when the delivery is given up. */
  get givenUp(): Promise<void> {
    return this.ended.promise;
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

  /** An attempt reaches the handler, which has until this deadline. */
  begin(deadline: HandlerDeadline): void {
    this.deadline = deadline;
    if (this.reason) deadline.end(this.reason);
  }

  giveUp(reason: Error): void {
    this.reason ??= reason;
    this.deadline?.end(reason);
    this.ended.resolve();
  }
}
