import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';
import { type RedisClient, closeRedis, isRedisUnavailable, reconnect } from '@trilith/redis';

import type { GroupMembership } from './group-membership.js';
import type { OwnedPartition } from './owned-partition.js';
import type { PartitionGroup } from './partition-group.js';

export interface PartitionReaderParts {
  readonly group: PartitionGroup;
  readonly membership: GroupMembership;
  /** Waits for new entries and reads them, and is used for nothing else. */
  readonly redis: RedisClient;
  /** Waits until there is room, and says for how many entries. */
  readonly room: () => Promise<number>;
  /** Entries that others had not finished were taken over. */
  readonly onTakenOver: (partition: OwnedPartition, count: number) => void;
  readonly logger: Logger;
}

/** The longest that one wait for entries takes: partitions may have come, a pause may be over. */
export const waitMs = 500;
const pauseMs = 250;

/**
 * Reads the partitions of a member for as long as it is not stopped, whatever happens to the server.
 *
 * Waiting is a plain read, which changes nothing. What it finds is read by a script that the server
 * refuses to whoever does not own a partition any more.
 */
export class PartitionReader {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private rounds = 0;
  private isPaused = false;
  /** The last read got all that it asked for: there is likely more, and waiting would be a detour. */
  private isMoreLikely = false;
  private isWaiting = false;

  constructor(private readonly parts: PartitionReaderParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Cuts a wait; a read under way is waited for, so that what it brings can be given back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.isWaiting) await closeRedis(this.parts.redis);
    await this.running;
    await closeRedis(this.parts.redis);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.readOnce();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** What is pending first, then new entries. */
  private async readOnce(): Promise<void> {
    const free = await this.parts.room();
    const taken = await this.takeOver(free);
    if (taken >= free || this.stopping.signal.aborted) return;
    const partitions = this.isMoreLikely ? this.nextRound() : await this.waitForEntries();
    this.isMoreLikely = false;
    if (partitions.length === 0 || this.stopping.signal.aborted) return;
    await whileReading(partitions, async () => this.read(partitions, free - taken));
  }

  /** Takes what is pending in partitions that are new to this member. Resolves to how much that was. */
  private async takeOver(free: number): Promise<number> {
    let taken = 0;
    for (const partition of this.parts.membership.readable) {
      if (partition.isCaughtUp || taken >= free) continue;
      const work = async () => partition.takeOver(free - taken);
      const part = await whileReading([partition], work);
      if (part.fromOthers > 0) this.parts.onTakenOver(partition, part.fromOthers);
      taken += part.taken;
    }
    return taken;
  }

  /** Resolves to the partitions that have new entries; after a while without any, to all. */
  private async waitForEntries(): Promise<readonly OwnedPartition[]> {
    const partitions = this.nextRound();
    if (partitions.length === 0 || this.isPaused) {
      await this.pause();
      return partitions;
    }
    const streams = partitions.map(({ stream }) => stream);
    const after = partitions.map(({ lastRead }) => lastRead);
    const ready = await this.streamsWithMore(streams, after);
    if (ready === undefined) return partitions;
    return partitions.filter(({ stream, closing }) => ready.has(stream) && !closing.aborted);
  }

  /** Undefined when there was none for a while. */
  private async streamsWithMore(
    streams: readonly string[],
    after: readonly string[],
  ): Promise<ReadonlySet<string> | undefined> {
    const options = ['COUNT', 1, 'BLOCK', waitMs, 'STREAMS', ...streams, ...after];
    this.isWaiting = true;
    try {
      const found = (await this.parts.redis.call('XREAD', ...options)) as
        | [string, unknown][]
        | null;
      return found === null ? undefined : new Set(found.map(([stream]) => stream));
    } finally {
      this.isWaiting = false;
    }
  }

  private async read(partitions: readonly OwnedPartition[], count: number): Promise<void> {
    const { group, membership, redis } = this.parts;
    const found = await group.read(redis, { partitions, count });
    const { isPaused, lost, behind, created, entries } = found;
    this.isPaused = isPaused;
    this.isMoreLikely = found.count === count;
    if (lost.length > 0) void membership.renew().catch(() => undefined);
    if (created.length > 0) this.tellRecreated(created);
    for (const partition of partitions) {
      if (behind.includes(partition.partition)) partition.recover();
      partition.takeNew(entries.get(partition.partition) ?? []);
    }
  }

  /** Each time another partition comes first, so that one that is full leaves room for the others. */
  private nextRound(): OwnedPartition[] {
    const ready = this.parts.membership.readable.filter(({ isCaughtUp }) => isCaughtUp);
    const first = this.rounds % Math.max(1, ready.length);
    this.rounds += 1;
    return [...ready.slice(first), ...ready.slice(0, first)];
  }

  /** Never throws: what fails here fails again at the next read, and comes back. */
  private async recover(error: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (isRedisUnavailable(error)) reconnect(this.parts.redis);
    else this.parts.logger.error(error);
    await this.pause();
  }

  private async pause(): Promise<void> {
    const { signal } = this.stopping;
    const delayMs = pauseMs * (0.5 + Math.random() / 2);
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }

  private tellRecreated(partitions: readonly number[]): void {
    const { publisher, group } = this.parts.group.identity;
    this.parts.logger.warn(
      `Consumer group ${group} of ${publisher} was gone from partitions ${partitions.join(', ')}; ` +
        "reading again from the streams' start",
    );
  }
}

/** None of the partitions is let go of before what was read of it has arrived. */
async function whileReading<T>(
  partitions: readonly OwnedPartition[],
  work: () => Promise<T>,
): Promise<T> {
  for (const partition of partitions) partition.beginReading();
  try {
    return await work();
  } finally {
    for (const partition of partitions) partition.endReading();
  }
}
