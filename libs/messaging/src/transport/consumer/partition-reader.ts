import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';
import { type RedisClient, closeRedis, isRedisUnavailable, reconnect } from '@trilith/redis';

import type { GroupMembership } from './group-membership.js';
import type { OwnedPartition } from './owned-partition.js';
import type { PartitionGroup } from './partition-group.js';

export interface PartitionReaderParts {
  readonly group: PartitionGroup;
  readonly membership: GroupMembership;
  /** Waits for new entries, and is used for nothing else. */
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
 * Reading is a script, which the server refuses to whoever does not own a partition any more. The
 * wait for new entries is a plain read beside it, which changes nothing.
 */
export class PartitionReader {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private rounds = 0;
  private isPaused = false;

  constructor(private readonly parts: PartitionReaderParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Cuts a wait. What was delivered at that moment stays pending. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await closeRedis(this.parts.redis);
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const count = await this.read();
        if (count === 0) await this.waitForMore();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** What is pending first, then new entries. Resolves to how many that were. */
  private async read(): Promise<number> {
    const { membership, room } = this.parts;
    const free = await room();
    if (this.stopping.signal.aborted) return 0;
    let taken = 0;
    for (const partition of membership.readable) {
      if (taken < free && !partition.isCaughtUp) taken += await this.takeOver(partition, free - taken);
    }
    return taken < free ? taken + (await this.readNew(free - taken)) : taken;
  }

  private async takeOver(partition: OwnedPartition, count: number): Promise<number> {
    const work = async () => partition.takeOver(count);
    const { taken, fromOthers } = await whileReading([partition], work);
    if (fromOthers > 0) this.parts.onTakenOver(partition, fromOthers);
    return taken;
  }

  private async readNew(count: number): Promise<number> {
    const partitions = this.nextRound();
    if (partitions.length === 0) return 0;
    return whileReading(partitions, async () => this.readNewOf(partitions, count));
  }

  private async readNewOf(partitions: readonly OwnedPartition[], count: number): Promise<number> {
    const { group, membership } = this.parts;
    const { isPaused, lost, created, entries } = await group.read(partitions, count);
    if (lost.length > 0) void membership.renew().catch(() => undefined);
    if (created.length > 0) this.tellRecreated(created);
    let total = 0;
    for (const partition of partitions) {
      const read = entries.get(partition.partition) ?? [];
      partition.takeNew(read);
      total += read.length;
    }
    this.isPaused = isPaused;
    return total;
  }

  /** Each time another partition comes first, so that one that is full leaves room for the others. */
  private nextRound(): OwnedPartition[] {
    const ready = this.parts.membership.readable.filter(({ isCaughtUp }) => isCaughtUp);
    const first = this.rounds % Math.max(1, ready.length);
    this.rounds += 1;
    return [...ready.slice(first), ...ready.slice(0, first)];
  }

  private async waitForMore(): Promise<void> {
    const { membership, redis } = this.parts;
    const { readable } = membership;
    const mustRead = readable.some(({ isCaughtUp }) => !isCaughtUp);
    if (readable.length === 0 || mustRead || this.isPaused) return this.pause();
    const streams = readable.map(({ stream }) => stream);
    const after = readable.map(({ lastRead }) => lastRead);
    try {
      await redis.call('XREAD', 'COUNT', 1, 'BLOCK', waitMs, 'STREAMS', ...streams, ...after);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (isRedisUnavailable(error)) reconnect(redis);
      else this.parts.logger.error(error);
      await this.pause();
    }
  }

  /** Never throws: what fails here fails again at the next read, and comes back. */
  private async recover(error: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (!isRedisUnavailable(error)) this.parts.logger.error(error);
    for (const partition of this.parts.membership.readable) partition.recover();
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
