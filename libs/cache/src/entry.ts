/** What a loader or caller gives when there is nothing: kept apart from values, for codecs differ. */
export type Absence = 'undefined' | 'null';

/** What is known of a value beside itself. Moments are milliseconds of the time of day. */
export interface EntryFacts {
  /** The log's position when loading began, or that of the write which gave it. */
  readonly position: number;
  readonly createdAt: number;
  /** Until when it is fresh; 0 when it was made stale. */
  readonly freshUntil: number;
  /** Until when it may be served at all. */
  readonly goneAt: number;
  /** Whether it may be served when it is stale. */
  readonly hasGrace: boolean;
  readonly tags: readonly string[];
  readonly etag: string | undefined;
  readonly absence: Absence | undefined;
}

/** How good a value still is. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** A value with what decides whether it may be served. */
export class Entry implements EntryFacts {
  readonly position: number;
  readonly createdAt: number;
  freshUntil: number;
  readonly goneAt: number;
  readonly hasGrace: boolean;
  readonly tags: readonly string[];
  readonly etag: string | undefined;
  readonly absence: Absence | undefined;
  /** Monotonic: memory answers until then without any further look, as long as no mark is new. */
  hotUntil = 0;
  /** Monotonic: until when memory answers although Redis could be asked. */
  memoryUntil = 0;
  /** Monotonic: until when it is fresh. */
  freshUntilMonotonic = 0;
  /** Monotonic: from when a hit loads it anew in the background. */
  refreshAt = Infinity;
  /** The count of changes to the marks when they were last compared with it. */
  marksSeen = -1;

  constructor(
    facts: EntryFacts,
    /** The value itself, or its payload where `isEncoded`. */
    readonly content: unknown,
    readonly isEncoded: boolean,
    /** Bytes that it takes, about. */
    readonly size: number,
  ) {
    this.position = facts.position;
    this.createdAt = facts.createdAt;
    this.freshUntil = facts.freshUntil;
    this.goneAt = facts.goneAt;
    this.hasGrace = facts.hasGrace;
    this.tags = facts.tags;
    this.etag = facts.etag;
    this.absence = facts.absence;
  }

  /** By time alone: marks are the other half. */
  freshnessAt(now: number): Freshness {
    if (now < this.freshUntil) return 'fresh';
    return this.hasGrace && now < this.goneAt ? 'stale' : 'gone';
  }

  /** A hit looks again at the monotonic moment whether it should be loaded anew. */
  refreshFrom(moment: number): void {
    this.refreshAt = moment;
    this.hotUntil = Math.min(this.memoryUntil, this.freshUntilMonotonic, moment);
  }

  /** From now on it may be served in its grace only. */
  makeStale(): void {
    this.freshUntil = 0;
    this.hotUntil = 0;
  }
}
