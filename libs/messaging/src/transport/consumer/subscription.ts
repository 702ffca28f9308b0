import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { ClaimedEntry } from '../scripts.js';
import type { ConsumerGroup } from './consumer-group.js';
import { Delivery } from './delivery.js';
import { LeaseLostError } from './lease-lost.error.js';

/** What this consumer has in hand of one publisher's events. */
export class Subscription {
  private readonly held = new Map<string, Delivery>();

  constructor(
    readonly publisher: string,
    readonly group: ConsumerGroup,
    private readonly options: ResolvedMessagingOptions,
    private readonly onDelivery: (delivery: Delivery, from: Subscription) => void,
  ) {}

  get size(): number {
    return this.held.size;
  }

  /** Hands each entry on, unless it is in hand already. */
  take(entries: readonly ClaimedEntry[]): void {
    for (const { entry, deliveries } of entries) {
      if (this.held.has(entry.entryId)) continue;
      const delivery = new Delivery(this.group, entry, deliveries, this.options.leaseMs);
      this.held.set(entry.entryId, delivery);
      this.onDelivery(delivery, this);
    }
  }

  /** The delivery is done with, one way or another. */
  drop(delivery: Delivery): void {
    this.held.delete(delivery.entryId);
  }

  /** Takes over what consumers left that have fallen silent. */
  async claimAbandoned(count: number): Promise<void> {
    const claimed = await this.group.claim({ idleMs: this.options.leaseMs, count });
    if (claimed.length === 0) return;
    this.options.observer.claimed?.({
      stream: this.group.identity.stream,
      count: claimed.length,
    });
    this.take(claimed);
  }

  /** Takes what was delivered to this consumer while its connection broke. */
  async takeUnseen(count: number): Promise<void> {
    this.take(await this.group.claimUnseen([...this.held.keys()], count));
  }

  async renewLeases(): Promise<void> {
    await this.renew([...this.held.values()]);
  }

  /** Resolves to whether the delivery is still this consumer's. */
  async renew(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const askedAt = performance.now();
    const lost = new Set(await this.group.renew(deliveries));
    for (const delivery of deliveries) {
      if (lost.has(delivery.entryId)) delivery.giveUp(new LeaseLostError(delivery.entryId));
      else delivery.renewed(askedAt);
    }
  }

  /** Lets others take at once whatever is still in hand here. */
  async release(): Promise<void> {
    const begun = [...this.held.values()].map(({ entryId, attemptsBegun }) => ({
      entryId,
      attempt: attemptsBegun,
    }));
    await this.group.release(begun, this.options.leaseMs);
  }

  /** Tells the handlers still at work that nobody waits for them any more. */
  giveUpAll(reason: Error): void {
    for (const delivery of this.held.values()) delivery.giveUp(reason);
  }
}
