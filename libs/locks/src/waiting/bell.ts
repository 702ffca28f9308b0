/** Ends a waiter's pause. One that rings between two pauses ends the next. */
export class Bell {
  private hasRung = false;
  private token: bigint | undefined;
  private wake: (() => void) | undefined;

  /** @param token of a lock that was handed over. */
  ring(token?: bigint): void {
    this.hasRung = true;
    this.token = token ?? this.token;
    this.wake?.();
  }

  /**
   * Waits until it rings, at most for that many milliseconds.
   * @returns the token that it rang with.
   * @throws the signal's reason when it aborts.
   */
  async wait(ms: number, signal?: AbortSignal): Promise<bigint | undefined> {
    signal?.throwIfAborted();
    if (!this.hasRung) await this.pause(ms, signal);
    const { token } = this;
    this.hasRung = false;
    this.token = undefined;
    signal?.throwIfAborted();
    return token;
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
