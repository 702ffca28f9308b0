import type { RedisClient } from '@trilith/redis';

import { type PayloadCodec, jsonCodec, readableCodecs } from '../transport/payload-codec.js';
import { StreamKeys } from '../transport/stream-keys.js';
import { inspectGroups, pauseGroup, removeGroup } from './admin-scripts.js';
import { GroupInUseError } from './admin.errors.js';
import { DeadLetters } from './dead-letters.js';
import type { GroupName } from './group-name.js';
import type { PublisherState } from './group-state.js';
import { type PendingEntry, pendingEntries } from './pending-entries.js';

export interface MessagingAdminOptions {
  /** A connection to the server that holds the streams. */
  readonly redis: RedisClient;
  /** As in the services' options. Default `trilith`. */
  readonly prefix?: string;
  /** What payloads may be written with, besides JSON: {@link DeadLetters.decode} reads them. */
  readonly codecs?: readonly PayloadCodec[];
}

/** Looks into the messages of a platform from outside, and sets things right. */
export class MessagingAdmin {
  private readonly redis: RedisClient;
  private readonly keys: StreamKeys;
  private readonly codecs: readonly PayloadCodec[];

  /** @throws {MessagingOptionError} when something is no codec. */
  constructor({ redis, prefix = 'trilith', codecs = [] }: MessagingAdminOptions) {
    this.redis = redis;
    this.keys = new StreamKeys(prefix);
    this.codecs = readableCodecs(jsonCodec, codecs);
  }

  /** The services that have a place for events, by name. */
  async publishers(): Promise<string[]> {
    return (await this.redis.smembers(this.keys.publishers())).toSorted();
  }

  /**
   * Groups, owners, lag and pending entries of one publisher, in one look; undefined when there is no
   * such publisher. The cost grows with partitions times groups, not with entries.
   */
  async inspect(publisher: string): Promise<PublisherState | undefined> {
    const state = await inspectGroups(this.redis, [this.keys.events(publisher)], []);
    return state && { publisher, ...state };
  }

  /**
   * The group's members finish what they have in hand and read nothing more, from their next read on;
   * they keep their partitions. Holds until {@link resume}, over restarts too.
   * @returns since when the group is paused.
   */
  async pause({ publisher, group }: GroupName, reason: string): Promise<Date> {
    return pauseGroup(this.redis, [this.keys.pause(publisher, group)], [reason]);
  }

  /**
   * Members read on within about a second.
   * @returns whether the group was paused.
   */
  async resume({ publisher, group }: GroupName): Promise<boolean> {
    return (await this.redis.del(this.keys.pause(publisher, group))) === 1;
  }

  /**
   * Removes the group of a service that subscribes no longer: it holds up trimming and, in the end,
   * publishing. Its dead letters stay.
   * @returns whether there was such a group.
   * @throws {GroupInUseError} while a member lives.
   */
  async removeGroup({ publisher, group }: GroupName): Promise<boolean> {
    const removed = await removeGroup(this.redis, [this.keys.events(publisher)], [group]);
    if (removed < 0) throw new GroupInUseError(publisher, group);
    return removed > 0;
  }

  /** What the group has in hand, or had when a member of it died; oldest first, at most `count`. */
  async pending(name: GroupName, count = 100): Promise<PendingEntry[]> {
    const state = await this.inspect(name.publisher);
    if (!state?.groups.some(({ group }) => group === name.group)) return [];
    return pendingEntries(state.partitions, { redis: this.redis, keys: this.keys, name, count });
  }

  /** What the group could not handle. */
  deadLetters({ publisher, group }: GroupName): DeadLetters {
    const { redis, keys, codecs } = this;
    return new DeadLetters({ redis, keys, publisher, group, codecs });
  }
}
