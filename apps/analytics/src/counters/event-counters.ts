import type { RedisClient } from '@trilith/redis';

import { EventShards } from '../events/event-shards.js';
import type { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';
import {
  type Granularity,
  type Period,
  type TimeRange,
  byHash,
  decompose,
  periodsIn,
} from './periods.js';

/** What events are counted by, each value for itself. */
export const dimensions = ['all', 'type', 'page', 'country', 'device'] as const;
export type Dimension = (typeof dimensions)[number];

/** Whose counts are asked for; of `all` the value is `all`. */
export interface Counted {
  readonly dimension: Dimension;
  /** A type, a page, a country, a device; `other` for what is not counted by name. */
  readonly value: string;
}

/** How often in a period. */
export interface Point {
  readonly at: Date;
  readonly count: number;
}

/**
 * How often events happened: since the beginning, and by minute, hour, day and month, for each value
 * of a dimension. Exact. Written by the recorder of events.
 */
export class EventCounters {
  private readonly shards: EventShards;

  constructor(
    private readonly redis: RedisClient,
    { prefix }: Pick<StructureOptions, 'prefix'>,
  ) {
    this.shards = new EventShards(prefix);
  }

  /** How often events of each type happened since the beginning, in the order of the types. */
  async totals(types: readonly string[]): Promise<number[]> {
    const perShard = await Promise.all(
      this.shards.all.map(async (shard) => this.redis.hmget(shard.key('totals'), ...types)),
    );
    return types.map((_, index) => sum(perShard.map((counts) => Number(counts[index] ?? 0))));
  }

  /** The counts of each period of a granularity that begins in a range. */
  async series(counted: Counted, granularity: Granularity, range: TimeRange): Promise<Point[]> {
    const periods = periodsIn(granularity, range);
    const counts = await this.countsOf(counted, periods);
    return periods.map((period) => ({
      at: period.start,
      count: counts.get(fieldName(period)) ?? 0,
    }));
  }

  /**
   * How often in a range, whose ends are at full minutes, from the fewest keys: months where whole
   * ones fit, then days, hours and minutes. What is finer than what is still kept counts as none.
   */
  async total(counted: Counted, range: TimeRange): Promise<number> {
    const counts = await this.countsOf(counted, decompose(range));
    return sum([...counts.values()]);
  }

  /** By `hash/field`. */
  private async countsOf(
    counted: Counted,
    periods: readonly Period[],
  ): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    await Promise.all(
      this.shardsOf(counted).flatMap((shard) =>
        byHash(periods).map(async ({ hash, fields }) => {
          const key = shard.key('count', counted.dimension, counted.value, hash);
          const counts = await this.redis.hmget(key, ...fields.map(String));
          for (const [nth, field] of fields.entries()) {
            const name = fieldName({ hash, field });
            found.set(name, (found.get(name) ?? 0) + Number(counts[nth] ?? 0));
          }
        }),
      ),
    );
    return found;
  }

  /** A page is in one, anything else in all. */
  private shardsOf({ dimension, value }: Counted): readonly KeySpace[] {
    const isPage = dimension === 'page' && value !== OTHER;
    return isPage ? [this.shards.ofPage(value)] : this.shards.all;
  }
}

/** The value under which all that is not counted by name is counted. */
export const OTHER = 'other';

function fieldName({ hash, field }: Pick<Period, 'hash' | 'field'>): string {
  return `${hash}/${field}`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
