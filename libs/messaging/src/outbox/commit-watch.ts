import type { CommitListener } from './commit-listener.js';
import type { Outage } from './outage.js';
import type { OutboxMessage, OutboxStore } from './outbox-store.js';
import { ToldEvents } from './told-events.js';
import { WakeUp } from './wake-up.js';

/** What a watch works with. */
export interface CommitWatchParts {
  readonly store: OutboxStore;
  /** Longest time asleep when nothing wakes. */
  readonly pollMs: number;
  readonly listening: Outage;
}

/** Between two looks while transactions are open that will commit without a call. */
const FIRST_NAP_MS = 1;
const LONGEST_NAP_MS = 32;

/**
 * Lets a relay sleep until there may be something to publish. Commits wake it only while it sleeps,
 * or has just woken: once it finds events look after look, they need no longer call.
 */
export class CommitWatch {
  private readonly wakeUp = new WakeUp();
  private readonly told = new ToldEvents();
  private listener: CommitListener | undefined;
  /** Commits call: whatever a look that began since did not see wakes the sleeper. */
  private armed = false;
  private napMs = FIRST_NAP_MS;
  private batches = 0;

  constructor(private readonly parts: CommitWatchParts) {}

  /** Ends a sleep, now or as soon as it begins. */
  wake(): void {
    this.wakeUp.call();
  }

  /** Events were published: should a commit still tell of them, that is no news. */
  published(events: readonly OutboxMessage[]): void {
    this.told.ignore(events);
  }

  /** A look found events. */
  found(): void {
    this.napMs = FIRST_NAP_MS;
    this.batches += 1;
    // After a first batch the relay is likely to sleep again: to be left alone would not pay.
    if (this.batches < 2 || !this.armed) return;
    this.armed = false;
    this.listener?.disarm();
  }

  /**
   * Waits, after a look that found nothing, until the next look. Resolves to what was committed
   * meanwhile, in the order of the commits, where that is known without a look: empty where not.
   */
  async sleep(signal: AbortSignal): Promise<readonly OutboxMessage[]> {
    this.batches = 0;
    const { listener } = this;
    const { pollMs } = this.parts;
    if (listener === undefined || this.armed) {
      await this.wakeUp.wait({ timeoutMs: pollMs, signal });
      // Only while armed is every commit told of.
      return this.armed ? this.told.take() : [];
    } else if (!(await this.arm(listener))) {
      await this.wakeUp.wait({ timeoutMs: Math.min(this.napMs, pollMs), signal });
      this.napMs = Math.min(this.napMs * 2, LONGEST_NAP_MS);
    }
    return [];
  }

  /** Keeps listening until `signal` aborts. While that fails, sleeps last no longer than `pollMs`. */
  async run(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    while (!signal.aborted) {
      try {
        const listener = await this.open();
        // A store that cannot tell of commits: every sleep ends by time.
        if (listener === undefined) return;
        try {
          await Promise.race([listener.ended, aborted]);
        } finally {
          await this.close(listener);
        }
      } catch (error) {
        if (!signal.aborted) await this.parts.listening.failed(error, signal);
      }
    }
  }

  private async open(): Promise<CommitListener | undefined> {
    this.listener = await this.parts.store.listen((events) => {
      this.told.add(events);
      this.wake();
    });
    this.parts.listening.over();
    // What was committed before is found by looking once more.
    this.wake();
    return this.listener;
  }

  private async close(listener: CommitListener): Promise<void> {
    this.listener = undefined;
    this.armed = false;
    await listener.close();
  }

  private async arm(listener: CommitListener): Promise<boolean> {
    // Commits that are told of from here on are all there will be, once this succeeds.
    this.told.take();
    try {
      const armed = await listener.arm();
      this.armed = armed && listener === this.listener;
    } catch {
      // Its end is seen by `run`, which opens another.
      this.armed = false;
    }
    return this.armed;
  }
}
