/** What a cache has counted since it was made. */
export interface CacheStats {
  memoryHits: number;
  redisHits: number;
  /** Stale values served, in their grace. */
  staleHits: number;
  /** Reads that found nothing to serve. */
  misses: number;
  /** Loaders run. */
  loads: number;
  loadFailures: number;
  /** Reads that joined a load which was under way in this process. */
  coalesced: number;
  /** Loads that waited for one of another process. */
  waits: number;
  /** Loads whose value was not kept, because the key was written meanwhile. */
  overtaken: number;
  /** Entries that left memory for want of room. */
  evictions: number;
  /** Values on Redis that were foreign, damaged or too large. */
  rejected: number;
  /** Values that were not kept because they are too large. */
  oversized: number;
  /** Writes that had to wait for Redis. */
  queued: number;
  /** Commands of Redis that failed. */
  redisFailures: number;
  /** Times that Redis was away. */
  outages: number;
  /** Times that memory was emptied, because records of the log were missed. */
  resyncs: number;
}

/** What holds now. */
export interface CacheGauges {
  readonly memoryEntries: number;
  readonly memoryBytes: number;
  readonly pendingWrites: number;
  /** Whether Redis is left alone because it failed. */
  readonly isRedisAway: boolean;
}

export function emptyStats(): CacheStats {
  return {
    memoryHits: 0,
    redisHits: 0,
    staleHits: 0,
    misses: 0,
    loads: 0,
    loadFailures: 0,
    coalesced: 0,
    waits: 0,
    overtaken: 0,
    evictions: 0,
    rejected: 0,
    oversized: 0,
    queued: 0,
    redisFailures: 0,
    outages: 0,
    resyncs: 0,
  };
}
