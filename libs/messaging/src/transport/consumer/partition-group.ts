import type { RedisClient, ScriptArgument } from '@trilith/redis';

import {
  type GroupLag,
  type MembershipReply,
  type PartitionsRead,
  type TakenOver,
  buryEntry,
  giveBackEntries,
  measureLag,
  readPartitions,
  recordAttempt,
  renewMembership,
  takeOverEntries,
} from '../event-scripts.js';
import type { MessagingConnections } from '../messaging-connections.js';
import { removeConsumers } from '../scripts.js';
import { StreamKeys } from '../stream-keys.js';

/** Whose events are consumed, and by whom. */
export interface PartitionGroupIdentity {
  readonly publisher: string;
  readonly group: string;
  /** Unique to this process. */
  readonly member: string;
}

/** A partition as it was given to this member: another owner has another epoch. */
export interface PartitionClaim {
  readonly partition: number;
  readonly epoch: string;
}

/** A partition, and how far it is read. */
export interface ReadPosition extends PartitionClaim {
  /** The last entry that the group was given, as its owner knows it. */
  readonly lastRead: string;
}

/** What a member says of itself when it renews its lease. */
export interface MembershipRenewal {
  readonly leaseMs: number;
  /** Number of partitions and revision as last heard of; 0 when never. */
  readonly partitions: number;
  readonly revision: string;
  readonly held: readonly PartitionClaim[];
  readonly letGo: readonly PartitionClaim[];
}

/** Entries in hand and the attempts at them that were begun. */
export type AttemptsBegun = ReadonlyMap<string, number>;

/** One member's view of its group on a publisher's partitions: every command that concerns it. */
export class PartitionGroup {
  private readonly keys: StreamKeys;
  private readonly base: readonly [string];

  constructor(
    readonly identity: PartitionGroupIdentity,
    private readonly connections: MessagingConnections,
    prefix: string,
  ) {
    this.keys = new StreamKeys(prefix);
    this.base = [this.keys.events(identity.publisher)];
  }

  stream(partition: number): string {
    return this.keys.partition(this.identity.publisher, partition);
  }

  get deadLetters(): string {
    return this.keys.deadLetters(this.identity.publisher, this.identity.group);
  }

  /** Joins, or stays a member. Undefined while the publisher has no partitions. */
  async renew(renewal: MembershipRenewal): Promise<MembershipReply | undefined> {
    const { leaseMs, partitions, revision, held, letGo } = renewal;
    const claims = [...held, ...letGo].flatMap(({ partition, epoch }) => [partition, epoch]);
    const args = [...this.member, leaseMs, partitions, revision, held.length, ...claims];
    return renewMembership(this.redis, this.base, args);
  }

  /** Is a member no longer; its partitions are free at once. */
  async leave(revision: string): Promise<void> {
    const noClaims = { partitions: 0, held: [], letGo: [] };
    await this.renew({ leaseMs: 0, revision, ...noClaims });
  }

  /** New entries, up to `count` of all these partitions together, over a connection of their own. */
  async read(
    redis: RedisClient,
    { partitions, count }: { partitions: readonly ReadPosition[]; count: number },
  ): Promise<PartitionsRead> {
    const places = partitions.flatMap(({ partition, epoch, lastRead }) => [
      partition,
      epoch,
      lastRead,
    ]);
    return readPartitions(redis, this.base, [...this.member, count, ...places]);
  }

  /** What is pending in a partition, a part at a time. */
  async takeOver(
    claim: PartitionClaim,
    { after, count }: { after: string; count: number },
  ): Promise<TakenOver | undefined> {
    return takeOverEntries(this.redis, this.base, [...this.claimArgs(claim), after, count]);
  }

  /** Resolves to whether the attempt may begin. */
  async recordAttempt(claim: PartitionClaim, entryId: string, attempt: number): Promise<boolean> {
    return recordAttempt(this.redis, this.base, [...this.claimArgs(claim), entryId, attempt]);
  }

  /** Corrects the attempts that the server counts. */
  async giveBack(claim: PartitionClaim, begun: AttemptsBegun): Promise<void> {
    await giveBackEntries(this.redis, this.base, [...this.claimArgs(claim), ...[...begun].flat()]);
  }

  /** Moves an entry to the dead letters; undefined when it is not this member's any more. */
  async bury(
    claim: PartitionClaim,
    entryId: string,
    fields: readonly string[],
  ): Promise<string | undefined> {
    return buryEntry(this.redis, this.base, [...this.claimArgs(claim), entryId, ...fields]);
  }

  /** Acknowledges entries of one partition. One that is not pending any more is no error. */
  async acknowledge(stream: string, entryIds: readonly string[]): Promise<void> {
    await this.redis.xack(stream, this.identity.group, ...entryIds);
  }

  /** Forgets consumers of a partition that have nothing pending and were silent for `idleMs`. */
  async removeConsumersIdleFor(partition: number, idleMs: number): Promise<void> {
    await removeConsumers(this.redis, [this.stream(partition)], [this.identity.group, idleMs]);
  }

  async lag(): Promise<GroupLag> {
    return measureLag(this.redis, this.base, [this.identity.group]);
  }

  private get member(): [group: string, member: string] {
    return [this.identity.group, this.identity.member];
  }

  private claimArgs({ partition, epoch }: PartitionClaim): ScriptArgument[] {
    return [...this.member, partition, epoch];
  }

  private get redis() {
    return this.connections.commands;
  }
}
