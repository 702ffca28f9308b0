import { type RedisClient, defineScript } from '@trilith/redis';

import { EventShards } from '../events/event-shards.js';
import { KeySpace } from '../store/key-space.js';
import { luaOf } from '../store/lua.js';
import type { StructureOptions } from '../store/structure.options.js';

/** Over how many minutes people count as active, the one that is going on among them. */
export const ACTIVE_MINUTES = 5;
/** How many minutes the sparkline shows. */
export const SPARKLINE_MINUTES = 30;

/** Who is there now. */
export interface Activity {
  /** Distinct people over the last 5 minutes. */
  readonly people: number;
  readonly isExact: boolean;
  /** Distinct people of each of the last 30 minutes, the oldest first. */
  readonly minutes: readonly { readonly at: Date; readonly people: number }[];
}

const countActive = defineScript<[active: number, shown: number], Activity>({
  name: 'countActive',
  lua: luaOf(
    'distinct/distinct',
    'visitors/visitorDays',
    'active/activeMinutes',
    'active/countActive-1',
  ),
  keys: 1,
  parse: (reply) => {
    const [people, isExact, minute, counts] = reply as [number, number, number, number[]];
    const first = minute - counts.length + 1;
    const minutes = counts.map((count, nth) => ({
      at: new Date((first + nth) * 60_000),
      people: count,
    }));
    return { people, isExact: isExact === 1, minutes };
  },
});

/**
 * Distinct people over the last minutes, by the union of one set a minute: who is active in two of
 * them is one. Redis' clock says what minute it is. Written by the recorder of events.
 */
export class ActiveVisitors {
  private readonly shards: EventShards;
  private readonly anywhere: KeySpace;

  constructor(
    private readonly redis: RedisClient,
    { prefix }: Pick<StructureOptions, 'prefix'>,
  ) {
    this.shards = new EventShards(prefix);
    this.anywhere = new KeySpace(prefix, 'presence');
  }

  /** On a page, or anywhere. */
  async now(page?: string): Promise<Activity> {
    const key =
      page === undefined
        ? this.anywhere.key('active')
        : this.shards.ofPage(page).key('active', page);
    return countActive(this.redis, [key], [ACTIVE_MINUTES, SPARKLINE_MINUTES]);
  }
}
