import type { CacheCore } from './cache-core.js';
import type { Entry, Freshness } from './entry.js';

/** An entry as one layer has it. */
export interface LayerInspection {
  readonly freshness: Freshness;
  readonly value: unknown;
  /** Of the log, when its load began. */
  readonly position: number;
  readonly ageMs: number;
  /** Negative when it is stale; undefined when it was made so. */
  readonly freshForMs: number | undefined;
  readonly goneInMs: number;
  readonly tags: readonly string[];
  readonly etag: string | undefined;
  readonly bytes: number;
}

/** What is known of one key. */
export interface EntryInspection {
  /** As it is kept, with its namespace, shortened when it is long. */
  readonly key: string;
  readonly memory: LayerInspection | undefined;
  readonly redis: LayerInspection | undefined;
  /** Milliseconds that the lease of whoever loads it still has. */
  readonly leaseMs: number | undefined;
}

export async function inspect(core: CacheCore, key: string): Promise<EntryInspection> {
  const kept = core.memory?.find(key);
  const memory = kept && describe(core, kept.entry, kept.freshness);
  if (core.shared === undefined) return { key, memory, redis: undefined, leaseMs: undefined };
  const { redis } = core.shared;
  const [bytes, { leaseMs }] = await Promise.all([redis.read(key), redis.timesLeft(key)]);
  const entry = bytes === null ? undefined : core.maker.parse(key, bytes);
  const freshness = entry && (await core.lookups.freshnessOf(entry));
  return { key, memory, redis: entry && freshness && describe(core, entry, freshness), leaseMs };
}

function describe(core: CacheCore, entry: Entry, freshness: Freshness): LayerInspection {
  const now = Date.now();
  const { position, createdAt, freshUntil, goneAt, tags, etag, size } = entry;
  return {
    freshness,
    value: core.maker.read(entry),
    position,
    ageMs: now - createdAt,
    freshForMs: freshUntil === 0 ? undefined : freshUntil - now,
    goneInMs: goneAt - now,
    tags,
    etag,
    bytes: size,
  };
}
