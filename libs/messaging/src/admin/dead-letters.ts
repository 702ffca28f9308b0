import type { RedisClient } from '@trilith/redis';

import type { PayloadCodec } from '../transport/payload-codec.js';
import { partsOf, readPayload } from '../transport/payload.js';
import { partitionOf } from '../transport/partition-of.js';
import { StreamEntry, addedAtMs } from '../transport/stream-entry.js';
import type { StreamKeys } from '../transport/stream-keys.js';
import { discardLetters, replayLetters } from './admin-scripts.js';
import { LayoutChangedError } from './admin.errors.js';

/** An event that a group could not handle, and why. */
export interface DeadLetter {
  /** Of the letter; what `get`, `replay` and `discard` take. */
  readonly letterId: string;
  /** Of the event. */
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  /** The name of the codec that wrote the payload: `json` unless the publisher has another. */
  readonly codec: string;
  /** What the codec wrote: its text, or its bytes in base64. {@link DeadLetters.decode} reads it. */
  readonly payload: string;
  /** JSON. */
  readonly headers: string;
  readonly error: { readonly code: string; readonly message: string; readonly stack: string };
  /** How many attempts were made. */
  readonly attempts: number;
  /** The stream and the entry that the event had there. */
  readonly stream: string;
  readonly entryId: string;
  /** Who made the last attempt. */
  readonly consumer: string;
  /** By the clock of Redis. */
  readonly diedAt: Date;
}

/** A dead letter that a person decided to forget. */
export interface DiscardedLetter extends DeadLetter {
  readonly reason: string;
  /** By the clock of Redis. */
  readonly discardedAt: Date;
}

/** A part of a list. */
export interface PageOptions {
  /** Goes on after this letter. Default: from the oldest. */
  readonly after?: string;
  /** At most so many. Default 100. */
  readonly count?: number;
}

export interface DeadLettersParts {
  readonly redis: RedisClient;
  readonly keys: StreamKeys;
  readonly publisher: string;
  readonly group: string;
  /** What payloads may be written with. */
  readonly codecs: readonly PayloadCodec[];
}

/** About so many discarded letters of a group are kept. */
const discardedKept = 10_000;
/** Letters moved with one script. */
const movedTogether = 100;

/** The dead letters of one group. */
export class DeadLetters {
  constructor(private readonly parts: DeadLettersParts) {}

  async count(): Promise<number> {
    return this.parts.redis.xlen(this.letters);
  }

  /** Oldest first. */
  async list(page: PageOptions = {}): Promise<DeadLetter[]> {
    return (await this.read(this.letters, page)).map((entry) => toLetter(entry));
  }

  /** Undefined when there is no such letter. */
  async get(letterId: string): Promise<DeadLetter | undefined> {
    return (await this.find([letterId]))[0];
  }

  /**
   * A letter's payload as handlers are given it, unchecked by any schema.
   *
   * @throws {InvalidPayloadError} when its codec is not known here, or did not write it.
   */
  decode({ topic, codec, payload }: Pick<DeadLetter, 'topic' | 'codec' | 'payload'>): unknown {
    return readPayload(topic, { codec, text: payload }, this.parts.codecs);
  }

  /**
   * Puts letters back for this group alone, behind all that waits in their partitions, with all
   * attempts to come. Their ids stay: what an inbox has seen of them counts.
   * @returns those that were replayed; others were no longer there.
   * @throws {LayoutChangedError} when the publisher's partitions are missing or changed.
   */
  async replay(letterIds: readonly string[]): Promise<string[]> {
    const { redis, keys, publisher, group } = this.parts;
    const partitions = Number(await redis.hget(keys.layout(publisher), 'partitions'));
    if (partitions === 0) throw new LayoutChangedError(publisher);
    return inParts(letterIds, async (ids) => {
      const letters = await this.find(ids);
      const places = letters.flatMap(({ letterId, key }) => [
        letterId,
        partitionOf(key, partitions),
      ]);
      const args = [group, partitions, ...places];
      const replayed = await replayLetters(redis, [keys.events(publisher)], args);
      if (replayed === undefined) throw new LayoutChangedError(publisher);
      return replayed;
    });
  }

  /**
   * Removes letters. About the last 10,000 are kept, with the reason, for {@link discarded}.
   * @returns those that were discarded; others were no longer there.
   */
  async discard(letterIds: readonly string[], reason: string): Promise<string[]> {
    const { redis, keys, publisher, group } = this.parts;
    const to = keys.discardedLetters(publisher, group);
    return inParts(letterIds, async (ids) =>
      discardLetters(redis, [this.letters, to], [reason, discardedKept, ...ids]),
    );
  }

  /** What was discarded, oldest first; `after` and `letterId` are those of this list. */
  async discarded(page: PageOptions = {}): Promise<DiscardedLetter[]> {
    const { keys, publisher, group } = this.parts;
    const entries = await this.read(keys.discardedLetters(publisher, group), page);
    return entries.map((entry) => ({
      ...toLetter(entry, entry.field('discarded-letter')),
      letterId: entry.entryId,
      reason: entry.field('discarded-reason') ?? '',
      discardedAt: new Date(addedAtMs(entry)),
    }));
  }

  private get letters(): string {
    return this.parts.keys.deadLetters(this.parts.publisher, this.parts.group);
  }

  private async find(letterIds: readonly string[]): Promise<DeadLetter[]> {
    const { redis } = this.parts;
    const found = await Promise.all(
      letterIds.map(async (id) => redis.xrange(this.letters, id, id)),
    );
    return found.flat().map(([id, fields]) => toLetter(new StreamEntry(id, fields)));
  }

  private async read(
    stream: string,
    { after, count = 100 }: PageOptions,
  ): Promise<readonly StreamEntry[]> {
    const from = after === undefined ? '-' : `(${after}`;
    const entries = await this.parts.redis.xrange(stream, from, '+', 'COUNT', count);
    return entries.map(([id, fields]) => new StreamEntry(id, fields));
  }
}

/** @param letterId of the letter as it was; it tells the time. */
function toLetter(entry: StreamEntry, letterId = entry.entryId): DeadLetter {
  const field = (name: string) => entry.field(name) ?? '';
  const { codec, text } = partsOf(field('payload'));
  return {
    letterId,
    id: field('id'),
    topic: field('topic'),
    key: field('key'),
    codec,
    payload: text,
    headers: field('headers'),
    error: {
      code: field('dead-code'),
      message: field('dead-error'),
      stack: field('dead-stack'),
    },
    attempts: Number(field('dead-attempts')),
    stream: field('dead-stream'),
    entryId: field('dead-entry'),
    consumer: field('dead-consumer'),
    diedAt: new Date(Number.parseInt(letterId, 10)),
  };
}

async function inParts(
  ids: readonly string[],
  work: (part: readonly string[]) => Promise<string[]>,
): Promise<string[]> {
  const done: string[] = [];
  for (let from = 0; from < ids.length; from += movedTogether) {
    done.push(...(await work(ids.slice(from, from + movedTogether))));
  }
  return done;
}
