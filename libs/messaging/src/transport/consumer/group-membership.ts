import type { MembershipReply } from '../event-scripts.js';
import type { Delivery } from './delivery.js';
import { MemberLease } from './member-lease.js';
import { OwnedPartition } from './owned-partition.js';
import type { PartitionGroup } from './partition-group.js';

export interface GroupMembershipParts {
  readonly group: PartitionGroup;
  readonly leaseMs: number;
  readonly onDelivery: (delivery: Delivery) => void;
  /** Told how many partitions are owned, when that has changed. */
  readonly onOwned: (partitions: number) => void;
}

/** The longest time between two renewals; a third of the lease where that is less. */
const renewEveryMs = 1_000;
/** Between two renewals while others have yet to let go of what is this member's. */
const hurryMs = 250;

/** Keeps this process a member of a group, and knows which partitions are its own. */
export class GroupMembership {
  readonly lease: MemberLease;
  private readonly owned = new Map<number, OwnedPartition>();
  private partitions = 0;
  private revision = '0';
  private isShort = true;
  private isLeaving = false;
  private hasLeft = false;
  private latest: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;

  constructor(private readonly parts: GroupMembershipParts) {
    this.lease = new MemberLease(parts.leaseMs);
  }

  /** Those that may be read. */
  get readable(): OwnedPartition[] {
    return [...this.owned.values()].filter(({ closing }) => !closing.aborted);
  }

  get all(): readonly OwnedPartition[] {
    return [...this.owned.values()];
  }

  /** When to renew next, in milliseconds. */
  get renewInMs(): number {
    return Math.min(this.parts.leaseMs / 3, this.isShort ? hurryMs : renewEveryMs);
  }

  /**
   * Tells the server that this member lives, and learns what it owns. One at a time: a call while one
   * is under way is answered by the next.
   */
  renew(): Promise<void> {
    if (this.queued === undefined) {
      this.queued = this.renewAfter(this.latest);
      this.latest = this.queued.catch(() => undefined);
    }
    return this.queued;
  }

  /** Begins nothing more: what is begun is finished, the rest given back. */
  close(): void {
    this.isLeaving = true;
    for (const partition of this.owned.values()) partition.close();
  }

  /** Frees all partitions at once. To be called after {@link close}, when no handler counts any more. */
  async leave(): Promise<void> {
    // A renewal after this, by a handler that asks for more time, would join again.
    this.hasLeft = true;
    await this.latest;
    const { group } = this.parts;
    await Promise.all(this.all.map(async (partition) => partition.giveBack()));
    await group.leave(this.revision);
    this.owned.clear();
  }

  private async renewAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    this.queued = undefined;
    await this.renewNow();
  }

  private async renewNow(): Promise<void> {
    if (this.hasLeft) return;
    // One that leaves lets go of all at the end, or it would be given back what it has just let go.
    const letGo = this.isLeaving ? [] : this.all.filter(({ isDrained }) => isDrained);
    await Promise.all(letGo.map(async (partition) => partition.giveBack()));
    const askedAt = performance.now();
    // A lease that is over vouches for nothing, should the server have forgotten who owns what.
    const held = this.lease.holds ? this.all.filter((one) => !letGo.includes(one)) : [];
    const { leaseMs, group } = this.parts;
    const { partitions, revision } = this;
    const reply = await group.renew({ leaseMs, partitions, revision, held, letGo });
    this.isShort = reply === undefined || reply.missing > 0;
    if (reply === undefined) return;
    this.lease.renewed(askedAt);
    this.apply(reply);
  }

  private apply({ partitions, revision, surplus, owned }: MembershipReply): void {
    this.partitions = partitions;
    this.revision = revision;
    const before = this.owned.size;
    for (const [number, partition] of this.owned) {
      if (owned.get(number) === partition.epoch) continue;
      partition.lose();
      this.owned.delete(number);
    }
    for (const [partition, epoch] of owned) {
      if (!this.owned.has(partition)) this.acquire(partition, epoch);
    }
    this.shed(surplus);
    if (this.owned.size !== before) this.parts.onOwned(this.owned.size);
  }

  private acquire(number: number, epoch: string): void {
    const { group, onDelivery } = this.parts;
    const claim = { partition: number, epoch };
    const onDrained = () => this.renewSoon();
    const partition = new OwnedPartition(claim, group, { onDelivery, onDrained });
    this.owned.set(number, partition);
    if (this.isLeaving) partition.close();
  }

  /** Closes what is more than a fair share, what has least in hand first. */
  private shed(surplus: number): void {
    const closed = this.all.filter(({ closing }) => closing.aborted).length;
    const open = this.readable.toSorted((a, b) => a.size - b.size);
    for (const partition of open.slice(0, Math.max(0, surplus - closed))) partition.close();
  }

  /** Should this fail, the next renewal comes anyway. */
  private renewSoon(): void {
    if (!this.isLeaving) this.renew().catch(() => undefined);
  }
}
