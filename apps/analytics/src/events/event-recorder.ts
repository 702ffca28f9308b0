import type { RedisClient } from '@trilith/redis';

import { personNumber } from '../distinct/person-number.js';
import { inboxEntry } from '../inbox/inbox-entry.js';
import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';
import { TOP_ITEMS } from '../top/top-items.js';
import { EventShards, SHARDS } from './event-shards.js';
import { recordEvents, recordPresence } from './event.scripts.js';
import type { Outcome, RecordedEvent } from './recorded-event.js';

export interface EventRecorderOptions extends StructureOptions {
  /** Pages a month that have figures of their own; the others are counted together. */
  readonly maxPages: number;
  /** Items that each shard's list of a day's most frequent follows. Default {@link TOP_ITEMS}. */
  readonly topItems?: number;
  /** Told of the events that were counted now, right after that. */
  readonly onCounted?: (events: readonly RecordedEvent[]) => void;
}

interface Numbered {
  readonly event: RecordedEvent;
  readonly index: number;
}

/**
 * Writes events into all figures made of them: counts, visitors, who is active. An event's id is
 * remembered by the script that counts it, so that it counts once however often it is sent, and a
 * process may die at any moment: who sends the same events again completes what was begun.
 */
export class EventRecorder {
  private readonly shards: EventShards;
  private readonly anywhere: KeySpace;

  constructor(
    private readonly redis: RedisClient,
    private readonly options: EventRecorderOptions,
  ) {
    this.shards = new EventShards(options.prefix);
    this.anywhere = new KeySpace(options.prefix, 'presence');
  }

  /**
   * Records events in one round trip: a script for each shard that has some, and one for who was
   * anywhere. Tells what became of each, in their order.
   */
  async record(events: readonly RecordedEvent[]): Promise<Outcome[]> {
    const outcomes = events.map((): Outcome => 'duplicate');
    const numbered = events.map((event, index) => ({ event, index }));
    const shards = Map.groupBy(numbered, ({ event }) => this.shards.of(event));
    await Promise.all([
      this.recordPresence(events),
      ...[...shards].map(async ([shard, own]) => {
        const results = await this.recordIn(shard, own);
        for (const [nth, { index }] of own.entries()) {
          if (results[nth]) outcomes[index] = 'counted';
        }
      }),
    ]);
    this.options.onCounted?.(events.filter((_, index) => outcomes[index] === 'counted'));
    return outcomes;
  }

  private async recordIn(
    shard: KeySpace,
    events: readonly Numbered[],
  ): Promise<readonly boolean[]> {
    const { inboxRetentionMs, maxPages, topItems = TOP_ITEMS } = this.options;
    const args = events.flatMap(({ event }) => {
      const { minute: inbox, id } = inboxEntry(shard, event.id);
      const { page = '', country = '', device = '' } = event;
      const month = monthNumber(event.at);
      const dayOfMonth = event.at.getUTCDate();
      const person = personOf(event);
      const minute = minuteNumber(event.at);
      return [inbox, id, event.type, minute, month, dayOfMonth, page, country, device, person];
    });
    const pages = Math.ceil(maxPages / SHARDS);
    return recordEvents(this.redis, [shard.key()], [inboxRetentionMs, pages, topItems, ...args]);
  }

  private async recordPresence(events: readonly RecordedEvent[]): Promise<void> {
    const args = events
      .filter(({ visitor }) => visitor !== undefined)
      .flatMap((event) => {
        const isVisit = event.page === undefined ? 0 : 1;
        return [personOf(event), minuteNumber(event.at), monthNumber(event.at), isVisit];
      });
    if (args.length > 0) await recordPresence(this.redis, [this.anywhere.key()], args);
  }
}

function personOf({ visitor }: RecordedEvent): number | '' {
  return visitor === undefined ? '' : personNumber(visitor);
}

function minuteNumber(at: Date): number {
  return Math.floor(at.getTime() / 60_000);
}

/** 202601 */
function monthNumber(at: Date): number {
  return at.getUTCFullYear() * 100 + at.getUTCMonth() + 1;
}
