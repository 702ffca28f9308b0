import { Logger } from '@nestjs/common';
import { isRedisUnavailable } from '@trilith/redis';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { MessagingConnections } from '../messaging-connections.js';
import { StreamKeys } from '../stream-keys.js';
import { Batch } from './batch.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { ConsumerGroup } from './consumer-group.js';
import type { Delivery } from './delivery.js';
import { DeliveryRunner, type EventHandling } from './delivery-runner.js';
import { InHand } from './in-hand.js';
import { KeyLanes } from './key-lanes.js';
import { Periodically } from './periodically.js';
import { StreamReader, readBlockMs } from './stream-reader.js';
import { Subscription } from './subscription.js';
import { untilReachable } from './until-reachable.js';

const mostReadTogether = 250;
const acknowledgedTogether = { waitMs: 5, size: 250 };
const roomGathersMs = 5;

/**
 * Consumes the events of the services that this one subscribes to: each is handled at least once
 * by one replica, events of one key in this process in their order.
 */
export class EventConsumer {
  private readonly logger = new Logger('Messaging');
  private readonly keys: StreamKeys;
  private readonly lanes = new KeyLanes();
  private readonly stopping = new AbortController();
  private readonly subscriptions: readonly Subscription[];
  private readonly runner: DeliveryRunner;
  private readonly acknowledgements = new Map<ConsumerGroup, Batch<string>>();
  private readonly inHand: InHand;
  private readonly chores: readonly Periodically[];
  private readers: readonly StreamReader[] = [];

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
    handling: EventHandling,
  ) {
    this.keys = new StreamKeys(options.prefix);
    this.inHand = new InHand(options.maxInHand, roomGathersMs);
    this.subscriptions = options.subscribeTo.map((publisher) => this.subscribe(publisher));
    this.runner = new DeliveryRunner({
      options,
      keys: this.keys,
      limit: new ConcurrencyLimit(options.concurrency),
      handling,
      stopping: this.stopping.signal,
      logger: this.logger,
    });
    this.chores = this.makeChores();
  }

  /** Creates the groups, so that from here on nothing published is missed, and starts to read. */
  async start(): Promise<void> {
    if (this.subscriptions.length === 0) return;
    const groups = this.subscriptions.map(({ group }) => group);
    for (const group of groups) await group.ensure();
    const together = this.connections.readTogether(groups.map(({ identity }) => identity.stream));
    this.readers = together.map((streams) => this.openReader(streams));
    for (const reader of this.readers) reader.start();
    for (const chore of this.chores) chore.start();
  }

  /**
   * Stops reading, waits for the handlers at work up to `timeoutMs`, and gives back the rest, so
   * that other replicas take it at once.
   */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping.abort();
    this.inHand.close();
    await Promise.all(this.readers.map(async (reader) => reader.stop()));
    await this.inHand.settled(timeoutMs);
    const reason = new Error('the process stops');
    for (const subscription of this.subscriptions) subscription.giveUpAll(reason);
    await Promise.all(this.chores.map(async (chore) => chore.stop()));
    await this.forEach(async (one) => one.release()).catch((error: unknown) => {
      this.logger.warn(`Events in hand are taken up after their lease: ${String(error)}`);
    });
  }

  private openReader(streams: readonly string[]): StreamReader {
    const read = this.subscriptions.filter(({ group }) => streams.includes(group.identity.stream));
    return new StreamReader({
      groups: read.map(({ group }) => group),
      redis: this.connections.openBlocking('events', { streams, maxBlockMs: readBlockMs }),
      room: async () => this.room(),
      onEntries: (group, entries) => {
        const claimed = entries.map((entry) => ({ entry, deliveries: 1 }));
        this.subscriptionOf(group)?.take(claimed);
      },
      onRecovered: async () => {
        await Promise.all(read.map(async (one) => one.takeUnseen(this.inHand.free)));
      },
      logger: this.logger,
    });
  }

  private subscribe(publisher: string): Subscription {
    const { options, connections } = this;
    const identity = {
      stream: this.keys.events(publisher),
      group: options.service,
      consumer: connections.instance,
    };
    const group = new ConsumerGroup(identity, connections);
    this.acknowledgements.set(
      group,
      new Batch(acknowledgedTogether, async (entryIds) => {
        await untilReachable(async () => group.acknowledge(entryIds), this.stopping.signal);
      }),
    );
    return new Subscription(publisher, group, options, (delivery, from) => {
      this.accept(delivery, from);
    });
  }

  private accept(delivery: Delivery, from: Subscription): void {
    const { entry, group, entryId } = delivery;
    const lane = `${group.identity.stream} ${entry.fields.get('key') ?? entryId}`;
    const handled = this.lanes.run(lane, async () => this.runner.run(delivery, from));
    this.inHand.add(handled.then(async (isHandled) => this.finish(delivery, from, isHandled)));
  }

  /** Never rejects. The next of the key does not wait for this. */
  private async finish(delivery: Delivery, from: Subscription, isHandled: boolean): Promise<void> {
    try {
      if (isHandled) await this.acknowledgements.get(delivery.group)?.add(delivery.entryId);
    } catch (error) {
      if (!isRedisUnavailable(error)) this.logger.error(error);
    }
    // What is given back at a stop is held until then.
    if (!this.stopping.signal.aborted) from.drop(delivery);
  }

  private makeChores(): Periodically[] {
    const { leaseMs, cleanUpEveryMs } = this.options;
    const chore = (everyMs: number, work: (one: Subscription) => Promise<void>) =>
      new Periodically(everyMs, async () => this.forEach(work), this.logger);
    return [
      chore(leaseMs / 3, async (one) => one.renewLeases()),
      chore(Math.min(leaseMs / 4, 1_000), async (one) => {
        const count = this.stopping.signal.aborted ? 0 : this.inHand.free;
        if (count > 0) await one.claimAbandoned(count);
      }),
      chore(cleanUpEveryMs, async (one) => {
        await one.group.trim(this.options);
        await one.group.removeConsumersIdleFor(this.options.forgetConsumersAfterMs);
      }),
    ];
  }

  private async room(): Promise<number> {
    const share = Math.ceil((await this.inHand.room()) / this.subscriptions.length);
    return Math.max(1, Math.min(share, mostReadTogether));
  }

  private subscriptionOf(group: ConsumerGroup): Subscription | undefined {
    return this.subscriptions.find((one) => one.group === group);
  }

  private async forEach(work: (one: Subscription) => Promise<void>): Promise<void> {
    await Promise.all(this.subscriptions.map(work));
  }
}
