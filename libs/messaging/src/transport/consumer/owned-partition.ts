import type { TakenEntry } from '../event-scripts.js';
import type { StreamEntry } from '../stream-entry.js';
import { Delivery, type DeliverySource } from './delivery.js';
import { LeaseLostError } from './lease-lost.error.js';
import type { PartitionClaim, PartitionGroup, ReadPosition } from './partition-group.js';

/** Told of what there is to do in a partition. */
export interface PartitionEvents {
  /** An entry is in hand. */
  readonly onDelivery: (delivery: Delivery) => void;
  /** A partition that closes has nothing in hand any more. */
  readonly onDrained: () => void;
}

/**
 * A partition that this member owns, and what it has in hand of it. It is owned until it is lost to
 * another, or closed: then what is begun is finished, the rest given back, and it is let go of.
 */
export class OwnedPartition implements DeliverySource, ReadPosition {
  readonly partition: number;
  readonly epoch: string;
  readonly stream: string;
  /** The last entry that the group was given, as far as this member knows. */
  lastRead = '0-0';
  private readonly held = new Map<string, Delivery>();
  private readonly closer = new AbortController();
  /** Attempts to correct when the partition is let go of. */
  private readonly begun = new Map<string, number>();
  /** Where taking over goes on; undefined when all that was pending is in hand. */
  private after: string | undefined = '';
  private readings = 0;
  private isLost = false;
  private readonly doneMeanwhile = new Set<string>();

  constructor(
    claim: PartitionClaim,
    readonly group: PartitionGroup,
    private readonly events: PartitionEvents,
  ) {
    this.partition = claim.partition;
    this.epoch = claim.epoch;
    this.stream = group.stream(claim.partition);
  }

  /** How many entries are in hand. */
  get size(): number {
    return this.held.size;
  }

  /** Aborts when no further attempt should begin here. */
  get closing(): AbortSignal {
    return this.closer.signal;
  }

  /** Closed, and nothing is in hand, or on its way here, any more. */
  get isDrained(): boolean {
    return this.closing.aborted && this.held.size === 0 && this.readings === 0;
  }

  /** Whether new entries may be read: all that was delivered before is in hand. */
  get isCaughtUp(): boolean {
    return this.after === undefined;
  }

  /** Takes entries that nobody was given before. */
  takeNew(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.take(entry, undefined);
    this.lastRead = entries.at(-1)?.entryId ?? this.lastRead;
  }

  /**
   * Takes a part of what is pending. Resolves to how many entries that were; none where the
   * partition is another's or the group is paused.
   */
  async takeOver(count: number): Promise<{ taken: number; fromOthers: number }> {
    const { after = '' } = this;
    const part = await this.group.takeOver(this, { after, count });
    if (part === undefined) return { taken: 0, fromOthers: 0 };
    const unseen = part.taken.filter(({ entry }) => !this.doneMeanwhile.has(entry.entryId));
    for (const { entry, attemptsBegun } of unseen) this.take(entry, attemptsBegun);
    this.after = part.after === '' ? undefined : part.after;
    if (this.isCaughtUp) {
      this.doneMeanwhile.clear();
      this.lastRead = part.lastDelivered;
    }
    return { taken: part.taken.length, fromOthers: part.fromOthers };
  }

  /** To be called before a read that may bring entries is sent, and {@link endReading} after it. */
  beginReading(): void {
    this.readings += 1;
  }

  endReading(): void {
    this.readings -= 1;
    this.tellWhenDrained();
  }

  /** Entries were delivered that never came. */
  recover(): void {
    this.after = '';
  }

  /** The delivery is done with, one way or another. */
  drop(delivery: Delivery): void {
    const { entryId, correctedAttempts } = delivery;
    if (this.held.get(entryId) !== delivery) return;
    this.held.delete(entryId);
    // A part of what is pending, under way to here, may still have it.
    if (!this.isCaughtUp) this.doneMeanwhile.add(entryId);
    if (correctedAttempts !== undefined) this.begun.set(entryId, correctedAttempts);
    this.tellWhenDrained();
  }

  /** Begins nothing more here. */
  close(): void {
    if (this.closing.aborted) return;
    this.closer.abort();
    this.tellWhenDrained();
  }

  /** Lets the next owner count right. */
  async giveBack(): Promise<void> {
    if (this.begun.size > 0) await this.group.giveBack(this, this.begun);
    this.begun.clear();
  }

  /** Another may own it: the handlers at work are told. */
  lose(): void {
    this.isLost = true;
    this.closer.abort();
    for (const [entryId, delivery] of this.held) delivery.giveUp(new LeaseLostError(entryId));
  }

  /** Tells the handlers at work that nobody waits for them any more. */
  giveUpAll(reason: Error): void {
    for (const delivery of this.held.values()) delivery.giveUp(reason);
  }

  private tellWhenDrained(): void {
    if (this.isDrained && !this.isLost) this.events.onDrained();
  }

  private take(entry: TakenEntry['entry'], attemptsBegun: number | undefined): void {
    if (this.held.has(entry.entryId)) return;
    const delivery = new Delivery(this, entry, attemptsBegun);
    this.held.set(entry.entryId, delivery);
    this.events.onDelivery(delivery);
  }
}
