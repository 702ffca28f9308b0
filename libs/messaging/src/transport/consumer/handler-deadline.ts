/** The time a handler has; it can be set anew while the handler runs. */
export class HandlerDeadline {
  private readonly controller = new AbortController();
  private readonly ended = Promise.withResolvers<never>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param outer ends the time early when it aborts.
   * @param error what the handler is told when its own time is over.
   */
  constructor(
    private readonly outer: AbortSignal,
    private readonly error: () => Error,
  ) {
    // Nobody waits for it unless a work is raced against it.
    this.ended.promise.catch(() => undefined);
    outer.addEventListener('abort', this.onOuterAbort);
    if (outer.aborted) this.onOuterAbort();
  }

  /** Aborts when the time is over, or when `outer` does. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The time is over in `ms` from now. */
  set(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(this.error()), ms);
  }

  /** To be called when the handler is done. */
  clear(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.onOuterAbort);
  }

  /** What `work` settles with, unless the time is over before: then it rejects. */
  async race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.ended.promise]);
  }

  private readonly onOuterAbort = () => this.end(this.outer.reason as Error);

  private end(reason: Error): void {
    this.controller.abort(reason);
    this.ended.reject(reason);
  }
}
