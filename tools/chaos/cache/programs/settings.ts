import type { CacheRedisOptions, EntryOptions } from '@trilith/cache';

/** What a replica is told. */
export interface ReplicaSettings {
  /** Through which the cache reaches Redis: faults happen here. */
  readonly redisUrl: string;
  /** Where the source is: nothing disturbs it. */
  readonly sourceUrl: string;
  readonly kind: 'ours' | 'naive';
  readonly defaults: EntryOptions & { readonly ttlMs: number };
  /** Of our cache; its own defaults unless said otherwise. */
  readonly redis?: Pick<CacheRedisOptions, 'commandTimeoutMs'>;
  /** Which of how many it is. */
  readonly index: number;
  readonly replicas: number;
}

/** What a replica reads and writes while it is under load. */
export interface LoadSettings {
  /** Keys whose source fails every other time; they were read once before. */
  readonly fragile: number;
  /** Keys that are written; each by one of the replicas. */
  readonly written: number;
  /** Readers at a time; each rests ten milliseconds between two reads. */
  readonly readers: number;
  /** Between two writes. */
  readonly writeEveryMs: number;
}

/** What came of the reads since the last report. */
export interface LoadReport {
  readonly reads: number;
  readonly writes: number;
  readonly failed: number;
  /** Those that had no answer within a second. */
  readonly hung: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly firstFailure?: string;
}

export interface StalenessReport {
  readonly reads: number;
  /** Reads that gave less than what was acknowledged before they began. */
  readonly stale: number;
  readonly failed: number;
}
