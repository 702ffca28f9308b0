import { Logger } from '@nestjs/common';
import { type Lease, type LockManager, LockTimeoutError } from '@trilith/locks';

import { BatchSize } from './batch-size.js';
import { CommitWatch } from './commit-watch.js';
import { withinDeadline } from './deadline.js';
import { type EventSink, type PublishBarrier, isFenced, noBarrier } from './event-sink.js';
import { Outage } from './outage.js';
import { OutboxPass } from './outbox-pass.js';
import { type OutboxRelayOptions, resolveRelayOptions } from './outbox-relay.options.js';
import type { OutboxMessage, OutboxStore } from './outbox-store.js';
import { portionsOf } from './portions.js';
import { SentEventsCleaner } from './sent-events-cleaner.js';

/** What a relay joins. */
export interface OutboxRelayParts {
  /** The publisher whose outbox this is; its replicas share one lease. */
  readonly service: string;
  readonly store: OutboxStore;
  readonly sink: EventSink;
  readonly locks: LockManager;
  /**
   * Waited for once, before the first attempt: that a connection which is only just being made is
   * not there yet is no failure. Rejects when it takes too long. Default: work at once.
   */
  readonly connected?: () => Promise<void>;
  /** Waited for before events are marked as sent. Default: a sink that took them has them. */
  readonly barrier?: PublishBarrier;
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
  private readonly batchSize: BatchSize;
  private readonly barrier: PublishBarrier;
  private readonly watch: CommitWatch;
  private readonly cleaner: SentEventsCleaner;
  private readonly relaying: Outage;
  /** Aborts when a stop is asked for: no standing by, no waiting for further events. */
  private readonly stopping = new AbortController();
  /** Aborts when the time for a stop is up: no further batch. */
  private readonly halting = new AbortController();
  /** The last term ended because the sink refused it, and nothing was published since. */
  private wasFenced = false;
  private running: Promise<void> | undefined;

  constructor(private readonly parts: OutboxRelayParts) {
    const { store, service, barrier = noBarrier } = parts;
    this.barrier = barrier;
    this.options = resolveRelayOptions(parts.options);
    const { batchSize: events, batchBytes: bytes } = this.options;
    this.batchSize = new BatchSize({ events, bytes });
    this.relaying = this.outage(`Relaying the outbox of ${service}`);
    const listening = this.outage(`Listening for commits to the outbox of ${service}`);
    this.watch = new CommitWatch({ store, listening, pollMs: this.options.pollMs });
    const cleaning = this.outage(`Removing sent events from the outbox of ${service}`);
    this.cleaner = new SentEventsCleaner({ store, cleaning, options: this.options });
  }

  /** Starts working in the background; failures are logged and tried again, never thrown. */
  start(): void {
    if (this.running !== undefined) return;
    // While Redis is away it cannot tell: then the first batch does.
    this.barrier.check().catch(() => undefined);
    this.running = this.run();
  }

  /**
   * Publishes what is committed, for as long as `drainMs` allows, and gives up the lease.
   * Beyond `drainMs` it waits only for the batch in hand, which has deadlines of its own.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.watch.wake();
    const halt = setTimeout(() => this.halting.abort(), this.options.drainMs);
    await this.running;
    clearTimeout(halt);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await this.untilConnected(signal);
    while (!signal.aborted) {
      try {
        await this.relayOrStandBy();
      } catch (error) {
        this.batchSize.failed();
        if (!signal.aborted) await this.relaying.failed(error, signal);
      }
    }
  }

  private async untilConnected(signal: AbortSignal): Promise<void> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await Promise.race([this.parts.connected?.(), aborted]);
    } catch (error) {
      await this.relaying.failed(error, signal);
    }
  }

  private async relayOrStandBy(): Promise<void> {
    const { locks, service } = this.parts;
    const { leaseMs } = this.options;
    const patience = { ttlMs: leaseMs, waitMs: leaseMs, signal: this.stopping.signal };
    try {
      await locks.withLock(`outbox:${service}`, patience, async (lease) => this.relay(lease));
    } catch (error) {
      if (error instanceof LockTimeoutError) {
        // Another replica relays, and Redis has just said so.
        this.relaying.over();
      } else if (isFenced(error) && !this.wasFenced) {
        // Another replica has published since: this one stands by, as if it had noticed in time.
        // Were it refused again, with a lease just taken, something would be wrong.
        this.wasFenced = true;
      } else {
        throw error;
      }
    }
  }

  private async relay(lease: Lease): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([lease.signal, this.halting.signal, over.signal]);
    const chores = [this.watch.run(signal), this.cleaner.run(signal)];
    try {
      await this.relayUntil(signal, lease.fencingToken);
    } finally {
      over.abort();
      await Promise.all(chores);
    }
  }

  private async relayUntil(signal: AbortSignal, fencingToken: bigint): Promise<void> {
    let known: readonly OutboxMessage[] = [];
    while (!signal.aborted) {
      // Asked before the look: what was committed before a stop is looked for after it.
      const last = this.stopping.signal.aborted;
      await this.pass(fencingToken).run(signal, known);
      this.relaying.over();
      if (last) return;
      known = await this.watch.sleep(signal);
    }
  }

  private pass(fencingToken: bigint): OutboxPass {
    return new OutboxPass({
      store: this.parts.store,
      barrier: this.barrier,
      batchSize: this.batchSize,
      // One is marked while the next is published; a barrier takes its time, and publishing goes on.
      mostUnmarked: this.barrier === noBarrier ? 2 : 10,
      publish: async (messages) => this.publish(messages, fencingToken),
      onPublished: (events) => this.watch.published(events),
      onSent: () => {
        this.wasFenced = false;
        this.relaying.over();
        this.watch.found();
      },
    });
  }

  private async publish(messages: readonly OutboxMessage[], fencingToken: bigint): Promise<void> {
    const { batchBytes, publishTimeoutMs: timeoutMs } = this.options;
    const portions = portionsOf(messages, batchBytes);
    const bytes = portions.reduce((sum, portion) => sum + portion.bytes, 0);
    this.batchSize.weighed({ events: messages.length, bytes });
    for (const portion of portions) {
      const operation = `publishing ${portion.messages.length} events`;
      const publishing = this.parts.sink.publish(portion.messages, { fencingToken });
      await withinDeadline(publishing, { operation, timeoutMs });
    }
  }

  private outage(activity: string): Outage {
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.options;
    return new Outage({ activity, logger: this.logger, backoff: { minMs, maxMs } });
  }
}
