/** Wakes those who wait for something to happen to a key. */
export class WakeUps {
  private readonly waiting = new Map<string, Set<() => void>>();

  /** Waits until `wake` is called for the key, for `timeoutMs` at most. */
  next(key: string): WakeUp {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wakers = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, wakers.add(resolve));
    const cancel = (): void => {
      resolve();
      wakers.delete(resolve);
      if (wakers.size === 0 && this.waiting.get(key) === wakers) this.waiting.delete(key);
    };
    return { within: async (timeoutMs) => within(promise, timeoutMs).finally(cancel), cancel };
  }

  wake(key: string): void {
    const wakers = this.waiting.get(key);
    if (wakers === undefined) return;
    this.waiting.delete(key);
    for (const resolve of wakers) resolve();
  }

  wakeAll(): void {
    for (const key of this.waiting.keys()) this.wake(key);
  }
}

/** A wait that has begun: nothing that happens from now on is missed. */
export interface WakeUp {
  within(timeoutMs: number): Promise<void>;
  cancel(): void;
}

async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
