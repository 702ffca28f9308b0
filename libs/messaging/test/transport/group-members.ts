import { resolveMessagingOptions } from '../../src/messaging.options.js';
import { GroupMembership } from '../../src/transport/consumer/group-membership.js';
import { PartitionGroup } from '../../src/transport/consumer/partition-group.js';
import { claimLayout } from '../../src/transport/event-scripts.js';
import { MessagingConnections } from '../../src/transport/messaging-connections.js';
import { Platform } from './platform.js';

/** Of members that are not told another. */
export const leaseMs = 1_500;

/** Members of one group, renewed by hand. */
export class GroupMembers {
  readonly publisher = 'users';
  readonly group = 'content';
  private names = 0;

  private constructor(
    readonly platform: Platform,
    private readonly connections: MessagingConnections,
  ) {}

  static async create(): Promise<GroupMembers> {
    const platform = await Platform.create();
    const { url, prefix } = platform.store;
    const options = { redis: { url }, prefix, service: 'content' };
    const connections = new MessagingConnections(resolveMessagingOptions(options));
    await connections.start();
    return new GroupMembers(platform, connections);
  }

  /** One that has not joined yet. */
  member(options: { leaseMs?: number } = {}): GroupMembership {
    this.names += 1;
    const { publisher, group, connections, platform } = this;
    const identity = { publisher, group, member: `m${this.names}` };
    return new GroupMembership({
      group: new PartitionGroup(identity, connections, platform.store.prefix),
      leaseMs: options.leaseMs ?? leaseMs,
      onDelivery: () => undefined,
      onOwned: () => undefined,
    });
  }

  async layOut(partitions: number): Promise<void> {
    const { keys, redis } = this.platform;
    await claimLayout(redis, [keys.events(this.publisher)], [partitions]);
  }

  async loseMembership(): Promise<void> {
    const { keys, redis } = this.platform;
    await redis.del(keys.membership(this.publisher, this.group));
  }

  async close(): Promise<void> {
    await this.connections.close();
    await this.platform.close();
  }
}

/** The partitions that a member has, in order. */
export function owned(one: GroupMembership): number[] {
  return one.all.map(({ partition }) => partition).toSorted((a, b) => a - b);
}

/** How many partitions each has. */
export function counts(...members: readonly GroupMembership[]): number[] {
  return members.map((one) => owned(one).length);
}

/** One after the other. */
export async function renewAll(...members: readonly GroupMembership[]): Promise<void> {
  for (const one of members) await one.renew();
}

/** Renews in turn until nothing changes any more. */
export async function settle(...members: readonly GroupMembership[]): Promise<void> {
  for (let round = 0; round < 4; round += 1) await renewAll(...members);
}
