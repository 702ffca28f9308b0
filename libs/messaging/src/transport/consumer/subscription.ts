import type { Logger } from '@nestjs/common';
import { isRedisUnavailable } from '@trilith/redis';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { MessagingConnections } from '../messaging-connections.js';
import { StreamKeeper } from '../stream-keeper.js';
import { Batch } from './batch.js';
import type { Delivery } from './delivery.js';
import { GroupMembership } from './group-membership.js';
import { KeyLanes } from './key-lanes.js';
import { PartitionGroup } from './partition-group.js';
import { PartitionReader, waitMs } from './partition-reader.js';
import { Periodically } from './periodically.js';
import { untilDone } from './until-done.js';

export interface SubscriptionParts {
  readonly publisher: string;
  readonly options: ResolvedMessagingOptions;
  readonly connections: MessagingConnections;
  readonly onDelivery: (delivery: Delivery) => void;
  /** A delivery is done with: {@link Subscription.finish} has come to its end. */
  readonly onFinished: () => void;
  /** Waits until there is room, and says for how many entries. */
  readonly room: () => Promise<number>;
  /** Aborts when the process stops: no command is repeated any more. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

const acknowledgedTogether = { waitMs: 5, size: 250 };
const lagEveryMs = 5_000;

/** This service's part in consuming one publisher's events. */
export class Subscription {
  readonly membership: GroupMembership;
  readonly lanes = new KeyLanes();
  private readonly group: PartitionGroup;
  private readonly acknowledgements: Batch<Delivery>;
  private readonly keeper: StreamKeeper;
  private readonly renewing: Periodically;
  private readonly chores: readonly Periodically[];
  private reader: PartitionReader | undefined;

  constructor(private readonly parts: SubscriptionParts) {
    const { publisher, options, connections, onDelivery, logger } = parts;
    const identity = { publisher, group: options.service, member: connections.instance };
    this.group = new PartitionGroup(identity, connections, options.prefix);
    this.membership = new GroupMembership({
      group: this.group,
      leaseMs: options.leaseMs,
      onDelivery,
      onOwned: (partitions) => options.observer.owned?.({ publisher, partitions }),
    });
    this.acknowledgements = new Batch(acknowledgedTogether, async (deliveries) => {
      await this.acknowledgeAll(deliveries);
    });
    this.keeper = new StreamKeeper({ publisher, options, connections, logger });
    this.renewing = new Periodically(
      () => this.membership.renewInMs,
      async () => this.membership.renew(),
      logger,
    );
    this.chores = this.makeChores();
  }

  get publisher(): string {
    return this.parts.publisher;
  }

  /** Joins the group, so that from here on nothing published is missed, and starts to read. */
  async start(): Promise<void> {
    const { connections, options, room, logger } = this.parts;
    await this.membership.renew();
    this.reader = new PartitionReader({
      group: this.group,
      membership: this.membership,
      redis: connections.openBlocking(`events:${this.publisher}`, {
        streams: [this.group.stream(0)],
        maxBlockMs: waitMs,
      }),
      room,
      onTakenOver: ({ stream }, count) => options.observer.claimed?.({ stream, count }),
      logger,
    });
    this.reader.start();
    this.keeper.start();
    this.renewing.start();
    for (const chore of this.chores) chore.start();
  }

  /** A delivery has come to its end. What is to be acknowledged stays in hand until it is. */
  finish(delivery: Delivery, isToBeAcknowledged: boolean): void {
    if (isToBeAcknowledged) void this.acknowledgements.add(delivery);
    else this.letGo(delivery);
  }

  /** Reads no more, and begins nothing more. The lease is renewed until {@link leave}. */
  async close(): Promise<void> {
    this.membership.close();
    const chores = this.chores.map(async (chore) => chore.stop());
    await Promise.all([this.reader?.stop(), this.keeper.stop(), ...chores]);
  }

  /** Tells the handlers at work that nobody waits for them any more. */
  giveUpAll(reason: Error): void {
    for (const partition of this.membership.all) partition.giveUpAll(reason);
    this.acknowledgements.flush();
  }

  /** Frees the partitions at once. */
  async leave(): Promise<void> {
    await this.renewing.stop();
    await this.membership.leave();
  }

  /** Never rejects. */
  private async acknowledgeAll(deliveries: readonly Delivery[]): Promise<void> {
    const byStream = Map.groupBy(deliveries, ({ partition }) => partition.stream);
    const { stopping: signal, logger } = this.parts;
    const acknowledge = async () => {
      const acknowledged = [...byStream].map(async ([stream, some]) => {
        const ids = some.map(({ entryId }) => entryId);
        await this.group.acknowledge(stream, ids);
      });
      await Promise.all(acknowledged);
    };
    try {
      await untilDone(acknowledge, { signal, logger });
    } catch (error) {
      // The process stops: whoever has the partitions next runs these once more.
      if (!isRedisUnavailable(error)) logger.error(error);
    }
    for (const delivery of deliveries) this.letGo(delivery);
  }

  private letGo(delivery: Delivery): void {
    delivery.partition.drop(delivery);
    this.parts.onFinished();
  }

  private makeChores(): Periodically[] {
    const { options, publisher, logger } = this.parts;
    const { cleanUpEveryMs, forgetConsumersAfterMs, observer } = options;
    const forget = new Periodically(
      cleanUpEveryMs,
      async () => {
        for (const { partition } of this.membership.all) {
          await this.group.removeConsumersIdleFor(partition, forgetConsumersAfterMs);
        }
      },
      logger,
    );
    if (observer.lag === undefined) return [forget];
    const measure = async () => {
      observer.lag?.({ publisher, group: options.service, ...(await this.group.lag()) });
    };
    return [forget, new Periodically(lagEveryMs, measure, logger)];
  }
}
