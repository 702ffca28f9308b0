import { Logger } from '@nestjs/common';
import { type Lease, type LockManager, LockTimeoutError } from '@trilith/locks';

import { BatchSize } from './batch-size.js';
import { withinDeadline } from './deadline.js';
import { Outage } from './outage.js';
import { type OutboxRelayOptions, resolveRelayOptions } from './outbox-relay.options.js';
import type { OutboxMessage, OutboxStore } from './outbox-store.js';
import { SentEventsCleaner } from './sent-events-cleaner.js';
import { WakeUp } from './wake-up.js';

/** Takes events to where consumers read them. Resolves when all of them are there. */
export interface EventSink {
  publish(events: readonly OutboxMessage[]): Promise<void>;
}

/** What a relay joins. */
export interface OutboxRelayParts {
  /** The publisher whose outbox this is; its replicas share one lease. */
  readonly service: string;
  readonly store: OutboxStore;
  readonly sink: EventSink;
  readonly locks: LockManager;
  readonly options?: Partial<OutboxRelayOptions>;
}

/**
 * Publishes what is committed to an outbox. Each replica of a service runs one; the holder of a
 * lease works, the others stand by.
 *
 * A relay that dies after publishing and before marking leaves the events to the next one, which
 * publishes them again under the same ids.
 */
export class OutboxRelay {
  private readonly options: OutboxRelayOptions;
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly wakeUp = new WakeUp();
  private readonly batchSize: BatchSize;
  private readonly cleaner: SentEventsCleaner;
  private readonly relaying: Outage;
  /** Aborts when a stop is asked for: no standing by, no waiting for further events. */
  private readonly stopping = new AbortController();
  /** Aborts when the time for a stop is up: no further batch. */
  private readonly halting = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly parts: OutboxRelayParts) {
    this.options = resolveRelayOptions(parts.options);
    this.batchSize = new BatchSize(this.options.batchSize);
    this.cleaner = new SentEventsCleaner(parts.store, this.options);
    this.relaying = this.outage(`Relaying the outbox of ${parts.service}`);
  }

  /** Starts working in the background; failures are logged and tried again, never thrown. */
  start(): void {
    this.running ??= this.run();
  }

  /**
   * Publishes what is committed, for as long as `drainMs` allows, and gives up the lease.
   * Beyond `drainMs` it waits only for the batch in hand, which has deadlines of its own.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp.call();
    const halt = setTimeout(() => this.halting.abort(), this.options.drainMs);
    await this.running;
    clearTimeout(halt);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.relayOrStandBy();
      } catch (error) {
        this.batchSize.failed();
        if (!signal.aborted) await this.relaying.failed(error, signal);
      }
    }
  }

  private async relayOrStandBy(): Promise<void> {
    const { locks, service } = this.parts;
    const { leaseMs } = this.options;
    const patience = { ttlMs: leaseMs, waitMs: leaseMs, signal: this.stopping.signal };
    try {
      await locks.withLock(`outbox:${service}`, patience, async (lease) => this.relay(lease));
    } catch (error) {
      if (!(error instanceof LockTimeoutError)) throw error;
      // Another replica relays, and Redis has just said so.
      this.relaying.over();
    }
  }

  private async relay(lease: Lease): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([lease.signal, this.halting.signal, over.signal]);
    const watching = this.watch(signal);
    try {
      await this.relayBatches(signal);
    } finally {
      over.abort();
      await watching;
    }
  }

  private async relayBatches(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Asked before the look: what was committed before a stop is looked for after it.
      const last = this.stopping.signal.aborted;
      const more = (await this.relayBatch(signal)) || (await this.cleaner.cleanUp());
      this.relaying.over();
      if (more) continue;
      if (last) return;
      await this.wakeUp.wait({ timeoutMs: this.options.pollMs, signal });
    }
  }

  /** Tells whether more events may wait. */
  private async relayBatch(signal: AbortSignal): Promise<boolean> {
    const { store } = this.parts;
    const limit = this.batchSize.current;
    const messages = await store.unsent(limit);
    // Reading takes time, in which the lease may have gone to another replica.
    if (messages.length === 0 || signal.aborted) return false;
    await this.publish(messages);
    await store.markSent(messages.map(({ id }) => id));
    this.batchSize.succeeded();
    return messages.length === limit;
  }

  private async publish(messages: readonly OutboxMessage[]): Promise<void> {
    await withinDeadline(this.parts.sink.publish(messages), {
      operation: `publishing ${messages.length} events`,
      timeoutMs: this.options.publishTimeoutMs,
    });
  }

  /** Wakes the relay on each commit. While that fails, it still looks every `pollMs`. */
  private async watch(signal: AbortSignal): Promise<void> {
    const listening = this.outage(`Listening for commits to the outbox of ${this.parts.service}`);
    const onCommitted = () => {
      listening.over();
      this.wakeUp.call();
    };
    while (!signal.aborted) {
      try {
        await this.parts.store.watch(onCommitted, signal);
      } catch (error) {
        if (!signal.aborted) await listening.failed(error, signal);
      }
    }
  }

  private outage(activity: string): Outage {
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.options;
    return new Outage({ activity, logger: this.logger, backoff: { minMs, maxMs } });
  }
}
