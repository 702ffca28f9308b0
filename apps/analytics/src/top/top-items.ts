import { type RedisClient, defineScript } from '@trilith/redis';

import type { Dimension } from '../counters/event-counters.js';
import { EventShards } from '../events/event-shards.js';
import { luaOf } from '../store/lua.js';
import type { StructureOptions } from '../store/structure.options.js';

/** How many items the list of a day follows in each shard. */
export const TOP_ITEMS = 256;

/** What lists of the most frequent there are. */
export type TopDimension = Exclude<Dimension, 'all'>;

/** One of the most frequent. */
export interface FrequentItem {
  readonly item: string;
  /** How often at most. */
  readonly count: number;
  /** By how much that may be too high: 0 where it is exact. */
  readonly error: number;
}

/** A shard's part of a list. */
interface TopOfShard {
  /** What an item that is not in it may count at most. */
  readonly least: number;
  readonly items: readonly FrequentItem[];
}

const readTop = defineScript<[TopDimension, day: number, limit: number, most: number], TopOfShard>({
  name: 'readTop',
  lua: luaOf('distinct/distinct', 'top/topItems', 'top/readTop-1'),
  keys: 1,
  parse: (reply) => {
    const [least, rows] = reply as [number, (string | number)[]];
    const items: FrequentItem[] = [];
    for (let at = 0; at < rows.length; at += 3) {
      items.push({
        item: String(rows[at]),
        count: Number(rows[at + 1]),
        error: Number(rows[at + 2]),
      });
    }
    return { least, items };
  },
});

/**
 * The most frequent items of a day in bounded memory: SpaceSaving (Metwally, Agrawal, El Abbadi:
 * Efficient computation of frequent and top-k elements in data streams, 2005). Of n events, each item
 * that makes up more than n / {@link TOP_ITEMS} of its shard's is in the list, and no count is too low.
 * Written by the recorder of events.
 */
export class TopItems {
  private readonly shards: EventShards;

  constructor(
    private readonly redis: RedisClient,
    private readonly options: Pick<StructureOptions, 'prefix'> & { readonly topItems?: number },
  ) {
    this.shards = new EventShards(options.prefix);
  }

  /** @param day days since 1970, in UTC */
  async top(dimension: TopDimension, day: number, limit: number): Promise<FrequentItem[]> {
    const { topItems = TOP_ITEMS } = this.options;
    // A page is in one shard, so that each shard's first are enough; anything else may be in all.
    const wanted = dimension === 'page' ? limit : topItems;
    const parts = await Promise.all(
      this.shards.all.map(async (shard) =>
        readTop(this.redis, [shard.key()], [dimension, day, wanted, topItems]),
      ),
    );
    const items = dimension === 'page' ? parts.flatMap(({ items: own }) => own) : merged(parts);
    return items.toSorted(byCount).slice(0, limit);
  }
}

/** An item that a full list does not follow may have had as many there as the least that it does. */
function merged(parts: readonly TopOfShard[]): FrequentItem[] {
  const names = new Set(parts.flatMap(({ items }) => items.map(({ item }) => item)));
  const indexed = parts.map(({ least, items }) => ({
    least,
    items: new Map(items.map((own) => [own.item, own])),
  }));
  return [...names].map((item) => {
    const found = indexed.map(
      ({ least, items }) => items.get(item) ?? { count: least, error: least },
    );
    const count = found.reduce((sum, own) => sum + own.count, 0);
    return { item, count, error: found.reduce((sum, own) => sum + own.error, 0) };
  });
}

function byCount(a: FrequentItem, b: FrequentItem): number {
  return b.count - a.count || (a.item < b.item ? -1 : 1);
}
