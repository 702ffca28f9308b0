import { createHash } from 'node:crypto';

import type { RedisClient } from '@trilith/redis';

import { EventShards } from '../events/event-shards.js';
import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';
import { type DayRange, dayOf, partsOf } from './day-range.js';
import {
  type CountedSet,
  type DistinctCount,
  mergeVisitors,
  unionVisitors,
} from './visitor.scripts.js';

/** How long a union is kept: for whoever asks the same again, and longer than it takes to be read. */
const UNION_KEPT_MS = 5_000;

/** The sets of some pages that share a slot. */
interface Sets {
  readonly shard: KeySpace;
  /** What the names of each page's sets start with. */
  readonly names: readonly string[];
}

/**
 * Distinct visitors of any pages over any days, by union: who comes to two pages or on two days is
 * one. A day is exact up to 256 people and a HyperLogLog (Flajolet et al., 2007) above, of 12 KiB at
 * most; so is a union. Written by the recorder of events.
 */
export class UniqueVisitors {
  /** Of a count that is not exact, as a fraction: 1.04 / √16384 registers. */
  static readonly standardError = 0.0081;

  private readonly shards: EventShards;
  private readonly anywhere: KeySpace;
  private readonly merging: KeySpace;

  constructor(
    private readonly redis: RedisClient,
    { prefix }: Pick<StructureOptions, 'prefix'>,
  ) {
    this.shards = new EventShards(prefix);
    this.anywhere = new KeySpace(prefix, 'presence');
    this.merging = new KeySpace(prefix, 'merging');
  }

  /** How many distinct visitors came to any page in the UTC day of the moment given. */
  async countOn(moment: Date): Promise<DistinctCount> {
    return this.count(dayOf(moment));
  }

  /** How many distinct visitors came to any of the pages, or to any page at all, in some days. */
  async count(range: DayRange, pages?: readonly string[]): Promise<DistinctCount> {
    const sets = pages ? this.setsOf(pages) : [this.ofAnyPage()];
    const unions = await Promise.all(sets.map(async (some) => this.unite(some, range)));
    const [only] = unions;
    if (only && unions.length === 1) return { count: only.count, isExact: only.isExact };
    return this.merge(unions);
  }

  private ofAnyPage(): Sets {
    return { shard: this.anywhere, names: [this.anywhere.key('visitors')] };
  }

  private setsOf(pages: readonly string[]): Sets[] {
    const byShard = Map.groupBy(new Set(pages), (page) => this.shards.ofPage(page));
    return [...byShard].map(([shard, own]) => ({
      shard,
      names: own.map((page) => shard.key('visitors', page)),
    }));
  }

  private async unite({ shard, names }: Sets, range: DayRange): Promise<CountedSet> {
    const parts = partsOf(range).flatMap(({ kind, number, first, last }) => [
      kind,
      number,
      first,
      last,
    ]);
    const args = [UNION_KEPT_MS, names.length, ...names, ...parts];
    return unionVisitors(this.redis, [shard.key('union', digestOf(args))], args);
  }

  /** Sets in different slots are brought together as what they are: people, or registers. */
  private async merge(sets: readonly CountedSet[]): Promise<DistinctCount> {
    const exact = sets.filter(({ isExact }) => isExact);
    const estimates = sets.filter(({ isExact }) => !isExact);
    const [people, registers] = await Promise.all([
      Promise.all(exact.map(async ({ key }) => this.redis.smembers(key))),
      Promise.all(estimates.map(async ({ key }) => this.redis.getBuffer(key))),
    ]);
    const found = registers.filter((register) => register !== null);
    const merging = this.merging.key(digestOf(sets.map(({ key }) => key)));
    return mergeVisitors(this.redis, [merging], [found.length, ...found, ...people.flat()]);
  }
}

function digestOf(parts: readonly (string | number)[]): string {
  return createHash('sha1').update(parts.join('\n')).digest('base64url');
}
