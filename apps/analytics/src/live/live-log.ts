import {
  type RedisClient,
  type Subscription,
  createSubscriberBeside,
  defineScript,
} from '@trilith/redis';

import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';

/** About so many are kept: minutes, where something is told four times a second. */
const KEPT = 1_000;
const KEPT_MS = 3_600_000;

/** Something that was told. */
export interface LiveEntry {
  /** Rises with each. */
  readonly id: string;
  /** JSON. */
  readonly told: string;
}

/** What came after an entry. */
export interface Missed {
  /** False where the entry is kept no more: something may be lacking. */
  readonly isWhole: boolean;
  readonly entries: readonly LiveEntry[];
}

const publishLive = defineScript<
  [channel: string, told: string, kept: number, keptMs: number],
  string
>({
  name: 'publishLive',
  lua: new URL('./publishLive-1.lua', import.meta.url),
  keys: 1,
  parse: String,
});

/** What replicas tell each other of what they have counted: by publish/subscribe, and kept for a while. */
export class LiveLog {
  private readonly key: string;
  private readonly channel: string;

  constructor(
    private readonly redis: RedisClient,
    { prefix }: Pick<StructureOptions, 'prefix'>,
  ) {
    const keys = new KeySpace(prefix, 'live');
    this.key = keys.key('log');
    this.channel = keys.key('told');
  }

  async tell(told: string): Promise<void> {
    await publishLive(this.redis, [this.key], [this.channel, told, KEPT, KEPT_MS]);
  }

  /** Hears all that is told, until the connection of the figures is closed. */
  listen(listener: {
    onEntry: (entry: LiveEntry) => void;
    onSubscribed: NonNullable<Subscription['onSubscribed']>;
  }): void {
    createSubscriberBeside(this.redis, {
      channels: [this.channel],
      onMessage: (message) => {
        const space = message.indexOf(' ');
        listener.onEntry({ id: message.slice(0, space), told: message.slice(space + 1) });
      },
      onSubscribed: listener.onSubscribed,
    });
  }

  /** All that was told after an entry and is still kept. */
  async since(id: string): Promise<Missed> {
    const rows = await this.redis.xrange(this.key, id, '+');
    const entries = rows.map(([entryId, [, told = '']]) => ({ id: entryId, told }));
    const [first] = entries;
    return first?.id === id
      ? { isWhole: true, entries: entries.slice(1) }
      : { isWhole: false, entries };
  }
}

/** Whether an entry came after another. */
export function isAfter(id: string, other: string): boolean {
  const [ms = 0, nth = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherNth = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && nth > otherNth);
}
