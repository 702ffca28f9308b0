/** Ends a waiter's pause. One that rings between two pauses ends the next. */
export class Bell {
  private hasRung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.hasRung = true;
    this.wake?.();
  }

  /**
   * Waits until it rings, at most for that many milliseconds.
   * @throws the signal's reason when it aborts.
   */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.hasRung) await this.pause(ms, signal);
    this.hasRung = false;
    signal?.throwIfAborted();
  }

  private async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.wake = wake;
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener('abort', wake);
    this.wake = undefined;
  }
}
