import type { CacheStats } from '../cache-stats.js';
import type { Entry } from '../entry.js';
import type { Invalidations } from '../invalidation/invalidations.js';
import type { KeyWatch, KeyWatches } from '../invalidation/key-watches.js';
import type { Marks } from '../invalidation/marks.js';
import type { Memory } from '../memory/memory.js';
import type { Timing } from '../memory/timing.js';
import type { CircuitBreaker } from '../outage/circuit-breaker.js';
import type { PendingWrites } from '../outage/pending-writes.js';
import type { RedisLayer } from '../redis/redis-layer.js';
import { type WriteOperation, type WriteOutcome, inRecords } from './write-operation.js';

export interface WritesOptions {
  readonly memory: Memory | undefined;
  readonly marks: Marks;
  readonly watches: KeyWatches;
  readonly invalidations: Invalidations;
  readonly stats: CacheStats;
  /** Undefined for memory alone. */
  readonly shared:
    | {
        readonly redis: RedisLayer;
        readonly breaker: CircuitBreaker;
        readonly pending: PendingWrites;
      }
    | undefined;
}

/** Between two attempts to send what waits, while Redis is not known to be away. */
const retryMs = 20;

/** Writes and invalidations: on Redis first, then here; or here first, and on Redis when it is back. */
export class Writes {
  private flushing: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: WritesOptions) {}

  async commit(operations: readonly WriteOperation[], timing: Timing): Promise<WriteOutcome> {
    const { shared, watches } = this.options;
    const held = operations.filter(({ kind }) => kind === 'w').map(({ name }) => name);
    const watching = new Map(held.map((key) => [key, watches.begin(key)]));
    try {
      if (shared === undefined) return this.commitHere(operations, watching, timing);
      await shared.redis.starting;
      const outcome = await this.tryRecord(operations, watching, timing);
      return outcome ?? (await this.queue(operations, timing));
    } finally {
      for (const watch of watching.values()) watches.end(watch);
    }
  }

  /** Sends what waits, in order. @throws when Redis fails. */
  async flush(): Promise<void> {
    this.flushing ??= this.flushAll().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  /** Sends in a moment what still waits: what failed, and what came just as a flush had ended. */
  flushLater(): void {
    const { shared } = this.options;
    clearTimeout(this.retry);
    if (shared === undefined || shared.pending.size === 0) return;
    this.retry = setTimeout(() => {
      // The breaker's probe does it when it is open.
      if (shared.breaker.isOpen) return;
      this.flush().catch(() => this.flushLater());
    }, retryMs).unref();
  }

  stop(): void {
    clearTimeout(this.retry);
  }

  private commitHere(
    operations: readonly WriteOperation[],
    watching: ReadonlyMap<string, KeyWatch>,
    timing: Timing,
  ): WriteOutcome {
    for (const part of inRecords(operations)) {
      const { marks } = this.options;
      marks.position = Math.max(marks.position + 1, Date.now() * 1_000);
      this.applied(part, marks.position, { watching, timing });
    }
    return 'applied';
  }

  /** Undefined when it could not be done. */
  private async tryRecord(
    operations: readonly WriteOperation[],
    watching: ReadonlyMap<string, KeyWatch>,
    timing: Timing,
  ): Promise<WriteOutcome | undefined> {
    const { shared } = this.options;
    // Behind what waits: an older write of the same key must not be sent after this one.
    if (shared === undefined || shared.pending.size > 0) return undefined;
    const parts = [...inRecords(operations)];
    for (const [at, part] of parts.entries()) {
      try {
        const { position } = await shared.breaker.run(async () => shared.redis.record(part));
        this.applied(part, position, { watching, timing });
      } catch {
        if (at === 0) return undefined;
        return this.queue(parts.slice(at).flat(), timing);
      }
    }
    return 'applied';
  }

  private applied(
    operations: readonly WriteOperation[],
    position: number,
    { watching, timing }: { watching: ReadonlyMap<string, KeyWatch>; timing: Timing },
  ): void {
    const { invalidations, marks, memory } = this.options;
    marks.reached(position);
    for (const operation of operations) {
      invalidations.apply(operation, position);
      if (this.options.shared === undefined) invalidations.tell(operation);
      const watch = watching.get(operation.name);
      if (operation.kind !== 'w' || watch === undefined) continue;
      memory?.keep(watch, operation.entryAt(position), timing);
    }
  }

  /** What is done now holds in this process, and is sent as soon as Redis takes it. */
  private async queue(
    operations: readonly WriteOperation[],
    timing: Timing,
  ): Promise<WriteOutcome> {
    const { shared, stats, invalidations } = this.options;
    if (shared === undefined) return 'applied';
    for (const operation of operations) {
      stats.queued += 1;
      invalidations.applyUnrecorded(operation);
      shared.pending.add(operation, this.options.marks.loadPosition);
      if (operation.kind === 'w') this.keepUnrecorded(operation.name, operation.entryAt, timing);
    }
    if (shared.breaker.isOpen) return 'queued';
    await this.flush().catch(() => undefined);
    if (shared.pending.size === 0) return 'applied';
    this.flushLater();
    return 'queued';
  }

  private keepUnrecorded(key: string, entryAt: (position: number) => Entry, timing: Timing): void {
    const { watches, memory, marks } = this.options;
    const watch = watches.begin(key);
    memory?.keep(watch, entryAt(marks.loadPosition), timing);
    watches.end(watch);
  }

  private async flushAll(): Promise<void> {
    const { redis, pending } = this.options.shared ?? {};
    if (redis === undefined || pending === undefined) return;
    while (pending.size > 0) {
      for (const part of inRecords(pending.all())) {
        // When anything was recorded since, another process may have written later what waits here:
        // then our values only delete.
        const { position, previous } = await redis.record(part, pending.since);
        if (previous === pending.since) pending.since = position;
        pending.done(part);
        this.flushed(part, position);
      }
    }
  }

  /** Values stay as memory has them, until the log says that somebody wrote the key. */
  private flushed(operations: readonly WriteOperation[], position: number): void {
    this.options.marks.reached(position);
    for (const operation of operations) {
      if (operation.kind === 'w') continue;
      this.options.invalidations.apply(operation, position);
    }
  }
}
