import { Logger } from '@nestjs/common';
import { isRedisUnavailable } from '@trilith/redis';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { MessagingConnections } from '../messaging-connections.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import type { Delivery } from './delivery.js';
import { DeliveryRunner, type EventHandling } from './delivery-runner.js';
import { InHand } from './in-hand.js';
import { KeyLanes } from './key-lanes.js';
import { Subscription } from './subscription.js';

const mostReadTogether = 250;
const roomGathersMs = 5;
/** Handlers that were given up are waited for no longer than this: only acknowledgements take time. */
const givenUpWithinMs = 1_000;

/**
 * Consumes the events of the services that this one subscribes to: each is handled at least once
 * by one replica, events of one key in their order.
 */
export class EventConsumer {
  private readonly logger = new Logger('Messaging');
  private readonly lanes = new KeyLanes();
  private readonly stopping = new AbortController();
  private readonly subscriptions: readonly Subscription[];
  private readonly runner: DeliveryRunner;
  private readonly inHand: InHand;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
    handling: EventHandling,
  ) {
    this.inHand = new InHand(options.maxInHand, roomGathersMs);
    this.subscriptions = options.subscribeTo.map((publisher) => this.subscribe(publisher));
    this.runner = new DeliveryRunner({
      options,
      limit: new ConcurrencyLimit(options.concurrency),
      handling,
      stopping: this.stopping.signal,
      logger: this.logger,
    });
  }

  /** Joins the groups, so that from here on nothing published is missed, and starts to read. */
  async start(): Promise<void> {
    for (const subscription of this.subscriptions) await subscription.start();
  }

  /**
   * Stops reading, waits for the handlers at work up to `timeoutMs`, and gives back the rest, so
   * that other replicas take it at once.
   */
  async stop(timeoutMs: number): Promise<void> {
    this.inHand.close();
    await Promise.all(this.subscriptions.map(async (one) => one.close()));
    await this.inHand.settled(timeoutMs);
    this.stopping.abort();
    const reason = new Error('the process stops');
    for (const subscription of this.subscriptions) subscription.giveUpAll(reason);
    await this.inHand.settled(givenUpWithinMs);
    await Promise.all(this.subscriptions.map(async (one) => this.leave(one)));
  }

  private subscribe(publisher: string): Subscription {
    const { options, connections, logger } = this;
    const subscription: Subscription = new Subscription({
      publisher,
      options,
      connections,
      onDelivery: (delivery) => this.accept(delivery, subscription),
      room: async () => this.room(),
      stopping: this.stopping.signal,
      logger,
    });
    return subscription;
  }

  private accept(delivery: Delivery, from: Subscription): void {
    const { entry, entryId } = delivery;
    const lane = `${from.publisher} ${entry.fields.get('key') ?? entryId}`;
    const handled = this.lanes.run(lane, async () => this.runner.run(delivery, from.membership));
    this.inHand.add(handled.then(async (isHandled) => this.finish(delivery, { isHandled, from })));
  }

  /** Never rejects. The next of the key does not wait for this. */
  private async finish(
    delivery: Delivery,
    { isHandled, from }: { isHandled: boolean; from: Subscription },
  ): Promise<void> {
    try {
      if (isHandled) await from.acknowledge(delivery);
    } catch (error) {
      // The process stops: whoever has the partition next runs it once more.
      if (!isRedisUnavailable(error)) this.logger.error(error);
    }
    delivery.partition.drop(delivery);
  }

  private async leave(subscription: Subscription): Promise<void> {
    try {
      await subscription.leave();
    } catch (error) {
      this.logger.warn(`Events in hand are taken up after the lease: ${String(error)}`);
    }
  }

  private async room(): Promise<number> {
    const share = Math.ceil((await this.inHand.room()) / this.subscriptions.length);
    return Math.max(1, Math.min(share, mostReadTogether));
  }
}
