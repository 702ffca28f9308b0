/** What ends when its time is over. */
export interface Timed {
  timeOver(): void;
}

/**
 * Ends many works that are over their time, which hardly any ever is: one timer for all of them, set
 * for the first, in place of one to be set and cleared for each.
 */
export class DeadlineTimer {
  private readonly ends = new Map<Timed, number>();
  private timer: NodeJS.Timeout | undefined;
  private firesAt = Infinity;

  /** Its time is over in `ms` from now, whatever was set before. */
  set(one: Timed, ms: number): void {
    const endsAt = performance.now() + ms;
    this.ends.set(one, endsAt);
    if (endsAt < this.firesAt) this.fireAt(endsAt);
  }

  /** To be called when the work is done. */
  clear(one: Timed): void {
    this.ends.delete(one);
  }

  private fireAt(at: number): void {
    clearTimeout(this.timer);
    this.firesAt = at;
    // What is done is not looked for here: a timer that nobody needs any more must not keep a process.
    this.timer = setTimeout(() => this.fire(), Math.ceil(at - performance.now())).unref();
  }

  private fire(): void {
    this.firesAt = Infinity;
    const now = performance.now();
    const over: Timed[] = [];
    let next = Infinity;
    for (const [one, endsAt] of this.ends) {
      if (endsAt <= now) over.push(one);
      else if (endsAt < next) next = endsAt;
    }
    if (next < Infinity) this.fireAt(next);
    for (const one of over) {
      this.ends.delete(one);
      one.timeOver();
    }
  }
}
