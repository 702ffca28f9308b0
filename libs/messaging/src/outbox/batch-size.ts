/**
 * How many events to handle together: half as many after a failure, twice as many after a success,
 * up to a bound. A batch that is too large to be read or published in time does not stay so.
 */
export class BatchSize {
  private size: number;

  constructor(private readonly most: number) {
    this.size = most;
  }

  get current(): number {
    return this.size;
  }

  failed(): void {
    this.size = Math.max(1, Math.floor(this.size / 2));
  }

  succeeded(): void {
    this.size = Math.min(this.most, this.size * 2);
  }
}
