import type { DeadlineTimer, Timed } from './deadline-timer.js';

/** The time a handler has; it can be set anew while the handler runs. Made for each message: lean. */
export class HandlerDeadline implements Timed {
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  private reject: ((reason: Error) => void) | undefined;

  /** @param error what the handler is told when its own time is over. */
  constructor(
    private readonly timer: DeadlineTimer,
    private readonly error: () => Error,
  ) {}

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.reason) this.controller.abort(this.reason);
    }
    return this.controller.signal;
  }

  get isOver(): boolean {
    return this.reason !== undefined;
  }

  /** The time is over in `ms` from now. */
  set(ms: number): void {
    this.timer.set(this, ms);
  }

  /** The time is over now. */
  end(reason: Error): void {
    this.clear();
    if (this.reason) return;
    this.reason = reason;
    this.controller?.abort(reason);
    this.reject?.(reason);
  }

  /** Called by the timer. */
  timeOver(): void {
    this.end(this.error());
  }

  /** To be called when the handler is done. */
  clear(): void {
    this.timer.clear(this);
  }

  /** What `work` settles with, unless the time is over before: then it rejects. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.reject = reject;
      if (this.reason) reject(this.reason);
      work.then(resolve, reject);
    });
  }
}
