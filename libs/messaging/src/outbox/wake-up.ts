/** Wakes one waiter. A call while nobody waits is remembered, so that the next wait ends at once. */
export class WakeUp {
  private called = false;
  private resume: (() => void) | undefined;

  call(): void {
    this.called = true;
    this.resume?.();
  }

  /** Ends when called, after a time, or when `signal` aborts: whichever comes first. */
  async wait({ timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<void> {
    if (!this.called && !signal.aborted) await this.sleep(timeoutMs, signal);
    this.called = false;
  }

  private async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.resume = resolve;
    const timer = setTimeout(resolve, timeoutMs);
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    this.resume = undefined;
  }
}
