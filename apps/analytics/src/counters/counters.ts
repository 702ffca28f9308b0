import { type RedisClient, defineScript } from '@trilith/redis';

import { inboxEntry } from '../inbox/inbox-entry.js';
import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';

/** What is counted, each since the beginning. */
export const counterNames = ['accounts', 'posts', 'comments', 'likes', 'views'] as const;
export type CounterName = (typeof counterNames)[number];

/** An event to count. */
export interface CountedEvent {
  counter: CounterName;
  /** uuid; the same for each delivery of the event. */
  eventId: string;
}

const countOnce = defineScript<[id: Buffer, retentionMs: number, counter: string], boolean>({
  name: 'countOnce',
  lua: new URL('./countOnce-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => reply === 1,
});

/** Exact totals: an event counts once, however often it is delivered. */
export class Counters {
  private readonly keys: KeySpace;
  private readonly totalsKey: string;

  constructor(
    private readonly redis: RedisClient,
    private readonly options: StructureOptions,
  ) {
    this.keys = new KeySpace(options.prefix, 'counters');
    this.totalsKey = this.keys.key('totals');
  }

  /** Counts an event; tells whether it was new. */
  async count({ counter, eventId }: CountedEvent): Promise<boolean> {
    const { bucket, id } = inboxEntry(this.keys, eventId);
    const { inboxRetentionMs } = this.options;
    return countOnce(this.redis, [bucket, this.totalsKey], [id, inboxRetentionMs, counter]);
  }

  /** All totals, as of one moment. */
  async totals(): Promise<Record<CounterName, number>> {
    const values = await this.redis.hmget(this.totalsKey, ...counterNames);
    const totals = counterNames.map((name, index) => [name, Number(values[index] ?? 0)] as const);
    return Object.fromEntries(totals) as Record<CounterName, number>;
  }
}
