import { type RedisClient, defineScript } from '@trilith/redis';

import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';
import { utcDay } from './utc-day.js';

/** Somebody who looked at something. */
export interface Visit {
  /** Tells people apart; the same person has the same one. */
  visitor: string;
  /** When they looked: the visit counts in that UTC day, whenever it is learned of. */
  at: Date;
}

const DAY_MS = 86_400_000;
/** A year can be looked back at, and a month more for whoever compares with the year before. */
const RETENTION_MS = 400 * DAY_MS;

const recordVisitor = defineScript<[visitor: string, retentionMs: number], boolean>({
  name: 'recordVisitor',
  lua: new URL('./recordVisitor-1.lua', import.meta.url),
  keys: 1,
  parse: (reply) => reply === 1,
});

/**
 * Distinct visitors per UTC day, by HyperLogLog (Flajolet et al., 2007): at most 12 KiB a day
 * however many come. It needs no inbox, as it is a set: a visit delivered twice changes nothing.
 */
export class UniqueVisitors {
  /** Of every count, as a fraction: 1.04 / √16384 registers. */
  static readonly standardError = 0.0081;

  private readonly keys: KeySpace;

  constructor(
    private readonly redis: RedisClient,
    { prefix }: Pick<StructureOptions, 'prefix'>,
  ) {
    this.keys = new KeySpace(prefix, 'visitors');
  }

  async record({ visitor, at }: Visit): Promise<void> {
    await recordVisitor(this.redis, [this.dayKey(at)], [visitor, RETENTION_MS]);
  }

  /** About how many distinct visitors came in the UTC day of the moment given. */
  async countOn(moment: Date): Promise<number> {
    return this.redis.pfcount(this.dayKey(moment));
  }

  private dayKey(moment: Date): string {
    return this.keys.key('day', utcDay(moment));
  }
}
