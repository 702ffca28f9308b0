import type { LockFacts, LockObserver, WaitOutcome } from '../lock-observer.js';
import { LockTimeoutError, LockUnavailableError } from '../locks.errors.js';

/** One acquisition's wait, from when it was first asked for, as an observer is told of it. */
export class Wait {
  private readonly startedAt = performance.now();
  private hasBegun = false;

  constructor(
    private readonly facts: LockFacts,
    private readonly observer: LockObserver,
  ) {}

  /** Milliseconds. */
  get waitedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** The lock was not free. */
  begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.observer.waiting?.(this.facts);
  }

  end(): void {
    this.tell('acquired');
    this.observer.acquired?.({ ...this.facts, waitedMs: this.waitedMs });
  }

  endWith(error: unknown): void {
    this.tell(outcomeOf(error));
  }

  private tell(outcome: WaitOutcome): void {
    if (!this.hasBegun) return;
    this.observer.waited?.({ ...this.facts, waitedMs: this.waitedMs, outcome });
  }
}

function outcomeOf(error: unknown): WaitOutcome {
  if (error instanceof LockTimeoutError) return 'timeout';
  return error instanceof LockUnavailableError ? 'unavailable' : 'given up';
}
