/** Bounds of what is handled together. */
export interface BatchBounds {
  readonly events: number;
  readonly bytes: number;
}

/**
 * How many events to handle together: half as many after a failure, twice as many after a success,
 * and no more than fit into the bytes while they are as large as the last ones were. A batch that is
 * too large to be read or published in time does not stay so.
 */
export class BatchSize {
  private size: number;
  private fitting = Number.POSITIVE_INFINITY;

  constructor(private readonly most: BatchBounds) {
    this.size = most.events;
  }

  get current(): number {
    return Math.min(this.size, this.fitting);
  }

  /** So large were the last ones. */
  weighed({ events, bytes }: BatchBounds): void {
    this.fitting = Math.max(1, Math.floor((events * this.most.bytes) / Math.max(1, bytes)));
  }

  failed(): void {
    this.size = Math.max(1, Math.floor(this.current / 2));
  }

  succeeded(): void {
    this.size = Math.min(this.most.events, this.size * 2);
  }
}
