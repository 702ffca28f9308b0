import { CacheEvents } from './cache-events.js';
import { type CacheGauges, type CacheStats, emptyStats } from './cache-stats.js';
import { CacheClosedError } from './cache.errors.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { EntryMaker } from './entry-maker.js';
import { Follower } from './invalidation/follower.js';
import { Invalidations } from './invalidation/invalidations.js';
import { KeyWatches } from './invalidation/key-watches.js';
import { Marks } from './invalidation/marks.js';
import { WakeUps } from './invalidation/wake-ups.js';
import { Loads } from './loading/loads.js';
import { CoarseClock } from './memory/clock.js';
import { MemoryLayer } from './memory/memory-layer.js';
import { Memory } from './memory/memory.js';
import { CircuitBreaker } from './outage/circuit-breaker.js';
import { PendingWrites } from './outage/pending-writes.js';
import { Reads } from './reading/reads.js';
import { Lookups, type Shared } from './reading/lookups.js';
import { RedisLayer, type RedisLayerOptions } from './redis/redis-layer.js';
import { Writes } from './writing/writes.js';

const knownTagsWithoutRedis = 100_000;
/** How long closing waits for loaders, in milliseconds. */
const closeTimeoutMs = 1_000;

/** The parts of one cache, put together. */
export class CacheCore {
  readonly stats: CacheStats = emptyStats();
  readonly events: CacheEvents;
  readonly maker: EntryMaker;
  readonly marks: Marks;
  readonly memory: Memory | undefined;
  readonly lookups: Lookups;
  readonly loads: Loads;
  readonly reads: Reads;
  readonly writes: Writes;
  readonly shared: Shared | undefined;
  private readonly layer: MemoryLayer | undefined;
  private readonly invalidations: Invalidations;
  private readonly follower: Follower | undefined;
  private readonly closing = new AbortController();
  private readonly synced = Promise.withResolvers<void>();

  constructor(readonly options: ResolvedCacheOptions) {
    const { name, redis, maxLifetimeMs } = options;
    const { stats } = this;
    const clock = new CoarseClock();
    const watches = new KeyWatches();
    const wakeUps = new WakeUps();
    const events = (this.events = new CacheEvents(name, options.observer));
    const maker = (this.maker = new EntryMaker(options, { events, stats }));
    const marks = (this.marks = new Marks(redis?.maxKnownTags ?? knownTagsWithoutRedis));
    const layer = (this.layer = options.memory && this.openMemory(options.memory));
    const hasRedis = redis !== undefined;
    const memory = (this.memory = layer && new Memory({ layer, marks, clock, hasRedis }));
    const shared = (this.shared = this.openShared());
    const lookups = (this.lookups = new Lookups({ memory, marks, watches, maker, shared }));
    const parts = { memory, marks, watches, wakeUps, maker, shared, lookups, stats, events };
    const { signal } = this.closing;
    const loads = (this.loads = new Loads({ ...parts, cache: name, maxLifetimeMs, signal }));
    this.reads = new Reads({ ...parts, loads });
    const invalidations = (this.invalidations = new Invalidations({
      ...parts,
      memory: layer,
      detach: (key, position) => {
        lookups.detach(key);
        loads.detach(key, position);
      },
      detachAll: () => {
        lookups.detachAll();
        loads.detachAll();
      },
    }));
    this.writes = new Writes({ memory, marks, watches, invalidations, stats, shared });
    this.follower = this.follow();
  }

  /** Until the log is followed for the first time; at once for memory alone. */
  get whenSynced(): Promise<void> {
    return this.synced.promise;
  }

  gauges(): CacheGauges {
    return {
      memoryEntries: this.layer?.count ?? 0,
      memoryBytes: this.layer?.bytes ?? 0,
      pendingWrites: this.shared?.pending.size ?? 0,
      isRedisAway: this.shared?.breaker.isOpen ?? false,
    };
  }

  /** @throws {CacheClosedError} */
  requireOpen(): void {
    if (this.closing.signal.aborted) throw new CacheClosedError(this.options.name);
  }

  /** Tries once more to send what waits, lets loaders finish for a second, and lets go of all. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort(new CacheClosedError(this.options.name));
    await this.loads.settle(closeTimeoutMs);
    this.writes.stop();
    if (this.shared?.breaker.isOpen === false) await this.writes.flush().catch(() => undefined);
    this.shared?.breaker.dispose();
    await Promise.all([this.follower?.close(), this.shared?.redis.close()]);
    this.synced.resolve();
    this.layer?.clear();
  }

  private openMemory({ maxEntries, maxBytes }: { maxEntries: number; maxBytes: number }) {
    return new MemoryLayer({
      maxEntries,
      maxBytes,
      onEvicted: (key) => {
        this.stats.evictions += 1;
        this.events.emit('evicted', { key });
      },
    });
  }

  private openShared(): Shared | undefined {
    const { name, redis: settings, maxLifetimeMs } = this.options;
    if (settings === undefined) return undefined;
    const { maxPendingWrites: maxWrites, maxPendingBytes: maxBytes } = settings;
    const pending = new PendingWrites({ maxWrites, maxBytes });
    const breaker = new CircuitBreaker({
      failuresToOpen: settings.failuresToOpen,
      probeEveryMs: settings.probeEveryMs,
      probe: async () => {
        await redis.ping();
        await this.writes.flush();
      },
      onFailed: () => (this.stats.redisFailures += 1),
      onOpened: (error) => this.outageBegan(error),
      onClosed: (durationMs) => this.outageEnded(durationMs),
    });
    const guard: RedisLayerOptions['guard'] = (call) => breaker.run(call);
    const redis = new RedisLayer({ cache: name, redis: settings, maxLifetimeMs, guard });
    redis.client.on('close', () => breaker.trip(new Error('the connection was lost')));
    redis.client.on('ready', () => void breaker.probe());
    return { redis, breaker, pending };
  }

  private follow(): Follower | undefined {
    const { name, redis } = this.options;
    if (redis === undefined || this.shared === undefined) {
      this.marks.restart(0, 0);
      this.marks.trustedUntil = Infinity;
      this.synced.resolve();
      return undefined;
    }
    let hasStarted = false;
    return new Follower({
      cache: name,
      redis,
      names: this.shared.redis.names,
      onRecord: (record) => {
        this.marks.position = record.position;
        for (const change of record.changes) {
          this.invalidations.apply(change, record.position);
          this.invalidations.tell(change);
        }
      },
      onRestart: (state) => {
        this.invalidations.restart(state);
        if (hasStarted) {
          this.stats.resyncs += 1;
          this.events.emit('resynced', {});
        }
        hasStarted = true;
      },
      onConfirmed: (asOf) => this.confirmed(asOf + redis.trustMemoryMs),
    });
  }

  /** While Redis is away, memory is all there is. */
  private confirmed(trustedUntil: number): void {
    if (this.shared?.breaker.isOpen !== true) this.marks.trustedUntil = trustedUntil;
    this.synced.resolve();
  }

  private outageBegan(error: unknown): void {
    this.stats.outages += 1;
    this.marks.trustedUntil = Infinity;
    const reason = error instanceof Error ? error.message : String(error);
    this.options.logger?.warn(
      `Cache ${this.options.name}: Redis is away (${reason}); served from memory and by loaders`,
    );
    this.events.emit('outageBegan', { error });
  }

  private outageEnded(durationMs: number): void {
    // Until the follower has caught up, Redis is asked.
    this.marks.trustedUntil = 0;
    // What was queued while the probe sent the rest, and was closing the breaker.
    this.writes.flushLater();
    this.options.logger?.log(
      `Cache ${this.options.name}: Redis is back after ${Math.round(durationMs)} ms`,
    );
    this.events.emit('outageEnded', { durationMs });
  }
}
