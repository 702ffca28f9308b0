import type { RedisClient } from '@trilith/redis';

import { StreamEntry, addedAtMs } from '../transport/stream-entry.js';
import type { StreamKeys } from '../transport/stream-keys.js';
import type { GroupName } from './group-name.js';

/** An event that a group was given and has not acknowledged. */
export interface PendingEntry {
  readonly partition: number;
  readonly entryId: string;
  /** The member that has it in hand, or had when it died. */
  readonly consumer: string;
  /** How often it was begun. */
  readonly attempts: number;
  /** By the clock of Redis. */
  readonly addedAt: Date;
  /** Empty where the entry is no longer in the stream. */
  readonly topic: string;
  readonly key: string;
  /** Of the event. */
  readonly id: string;
}

type PendingReply = [entryId: string, consumer: string, idleMs: number, deliveries: number][];

export interface PendingEntriesParts {
  readonly redis: RedisClient;
  readonly keys: StreamKeys;
  readonly name: GroupName;
  /** At most so many in all. */
  readonly count: number;
}

/** What a group has pending in all partitions of a publisher, oldest first. */
export async function pendingEntries(
  partitions: number,
  { redis, keys, name, count }: PendingEntriesParts,
): Promise<PendingEntry[]> {
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const ofPartition = async (partition: number) => {
    const stream = keys.partition(name.publisher, partition);
    const found = await redis.xpending(stream, name.group, '-', '+', count);
    return (found as PendingReply).map((reply) => ({ partition, stream, reply }));
  };
  const oldest = (await Promise.all(numbers.map(ofPartition)))
    .flat()
    .toSorted((a, b) => byEntryId(a.reply[0], b.reply[0]))
    .slice(0, count);
  return Promise.all(
    oldest.map(async ({ partition, stream, reply: [entryId, consumer, , attempts] }) => {
      const [found] = await redis.xrange(stream, entryId, entryId);
      const entry = new StreamEntry(entryId, found?.[1] ?? []);
      return { partition, entryId, consumer, attempts, ...describe(entry) };
    }),
  );
}

function describe(entry: StreamEntry) {
  const field = (name: string) => entry.field(name) ?? '';
  const addedAt = new Date(addedAtMs(entry));
  return { addedAt, topic: field('topic'), key: field('key'), id: field('id') };
}

function byEntryId(a: string, b: string): number {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number);
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number);
  return aMs - bMs || aSequence - bSequence;
}
