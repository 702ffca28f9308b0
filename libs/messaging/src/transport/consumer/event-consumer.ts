import { Logger } from '@nestjs/common';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { MessagingConnections } from '../messaging-connections.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import type { Delivery } from './delivery.js';
import { DeliveryRunner, type EventHandling } from './delivery-runner.js';
import { InHand } from './in-hand.js';
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
  private readonly stopping = new AbortController();
  private readonly subscriptions: readonly Subscription[];
  private readonly runner: DeliveryRunner;
  private readonly inHand: InHand;
  private accepted: [delivery: Delivery, from: Subscription][] = [];

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
      onFinished: () => this.inHand.finish(),
      room: async () => this.room(),
      stopping: this.stopping.signal,
      logger,
    });
    return subscription;
  }

  /**
   * Handlers begin when all else of this turn is done: by then the reader has asked for what comes
   * next, and the server works while they do.
   */
  private accept(delivery: Delivery, from: Subscription): void {
    this.inHand.take();
    if (this.accepted.push([delivery, from]) === 1) process.nextTick(() => this.beginAccepted());
  }

  private beginAccepted(): void {
    const { accepted } = this;
    this.accepted = [];
    for (const [delivery, from] of accepted) {
      from.lanes.run(delivery.key, async () => {
        // The next of the key does not wait for the acknowledgement.
        from.finish(delivery, await this.runner.run(delivery, from.membership));
      });
    }
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
