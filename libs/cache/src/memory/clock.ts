/**
 * A monotonic clock that is looked at once per turn of the event loop and millisecond: a look costs
 * more than all the rest of a hit in memory.
 */
export class CoarseClock {
  private cached = 0;
  private readonly forget = (): void => {
    this.cached = 0;
  };

  /** Milliseconds; moves only forward, whatever happens to the time of day. */
  now(): number {
    if (this.cached !== 0) return this.cached;
    this.cached = performance.now();
    setTimeout(this.forget, 1).unref();
    return this.cached;
  }
}
