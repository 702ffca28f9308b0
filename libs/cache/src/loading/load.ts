import type { CacheEvents } from '../cache-events.js';
import type { CacheStats } from '../cache-stats.js';
import { positionText } from '../entry-format.js';
import type { EntryMaker, MadeEntry } from '../entry-maker.js';
import type { Entry } from '../entry.js';
import {
  type LoadedOptions,
  type ResolvedEntryOptions,
  resolveEntryOptions,
} from '../entry.options.js';
import type { KeyWatch, KeyWatches } from '../invalidation/key-watches.js';
import type { Marks } from '../invalidation/marks.js';
import type { WakeUps } from '../invalidation/wake-ups.js';
import type { Memory } from '../memory/memory.js';
import type { Lookups, Shared } from '../reading/lookups.js';
import { NAMESPACE_TAG } from '../tags.js';
import { FillLease } from './lease.js';
import { type Loader, LoaderVerdict } from './loader.js';
import { LoaderRun } from './loader-run.js';

export interface LoadRequest {
  readonly key: string;
  readonly loader: Loader<unknown>;
  readonly options: ResolvedEntryOptions;
  readonly stale?: Entry;
  /** First bytes of a value on Redis that is no longer fresh. */
  readonly seen?: Buffer;
}

export interface LoadParts {
  readonly cache: string;
  readonly maker: EntryMaker;
  readonly memory: Memory | undefined;
  readonly marks: Marks;
  readonly watches: KeyWatches;
  readonly wakeUps: WakeUps;
  readonly lookups: Lookups;
  readonly shared: Shared | undefined;
  readonly stats: CacheStats;
  readonly events: CacheEvents;
  readonly maxLifetimeMs: number;
  readonly signal: AbortSignal;
}

/** How a load goes on: with a value that somebody else stored, or by the loader from a position on. */
type Start =
  | { readonly entry: Entry | undefined }
  | { readonly position: number; readonly lease: FillLease | undefined };

/** Past the end of another's lease, when to look whether it is free. */
const graceAfterLeaseMs = 5;

/** One load of one key, which any number of callers may wait for. */
export class Load {
  /** Set by who begins it. Undefined result: the work was left to another process. */
  result: Promise<Entry | undefined> = Promise.resolve(undefined);
  /** Whether to wait for another process that loads the key. */
  mayWait = true;
  /** From when on what is loaded is right; undefined until it is known. */
  position: number | undefined;

  constructor(
    readonly request: LoadRequest,
    private readonly parts: LoadParts,
  ) {}

  async run(): Promise<Entry | undefined> {
    const { watches } = this.parts;
    const watch = watches.begin(this.request.key);
    try {
      const start = await this.start(watch);
      if ('entry' in start) return start.entry;
      this.position = start.position;
      return await this.load(watch, start.position, start.lease);
    } finally {
      watches.end(watch);
    }
  }

  /** Gets the lease, or the value of who had it. Without Redis, or after waiting too long, neither. */
  private async start(watch: KeyWatch): Promise<Start> {
    const { request, parts } = this;
    const { key, options, stale } = request;
    const { shared, lookups, stats } = parts;
    const byItself = { position: parts.marks.loadPosition, lease: undefined };
    if (shared === undefined || !lookups.mayAsk(key)) return byItself;
    const lease = new FillLease({ ...shared, key, leaseMs: options.leaseMs });
    const deadline = performance.now() + options.waitTimeoutMs;
    let { seen } = request;
    for (let attempt = 0; ; attempt += 1) {
      const wakeUp = parts.wakeUps.next(key);
      try {
        const admission = await lease.acquire(seen);
        if (admission.kind === 'granted') {
          if (admission.wasForeign) parts.maker.foreign(key);
          return { position: admission.position, lease };
        }
        if (admission.kind === 'value') {
          const found = await lookups.takeIn(watch, admission.bytes, options);
          if (found.freshness === 'fresh') return { entry: found.entry };
          ({ seen } = found);
        } else if (admission.kind === 'held') {
          const leftMs = deadline - performance.now();
          if (!this.mayWait) return { entry: undefined };
          if (leftMs <= 0) return stale ? { entry: stale } : byItself;
          if (attempt === 0) stats.waits += 1;
          const heldMs = Math.max(0, admission.leftMs) + graceAfterLeaseMs;
          await wakeUp.within(Math.min(leftMs, heldMs));
        }
      } catch {
        return { position: parts.marks.loadPosition, lease: undefined };
      } finally {
        wakeUp.cancel();
      }
    }
  }

  private async load(
    watch: KeyWatch,
    position: number,
    lease: FillLease | undefined,
  ): Promise<Entry> {
    const { maker } = this.parts;
    const { key, options, stale } = this.request;
    try {
      const loaderRun = new LoaderRun(this.request, this.parts);
      const answer = await loaderRun.run();
      const kept = answer instanceof LoaderVerdict ? this.valueOf(answer) : { value: answer };
      if (kept === undefined) {
        await lease?.release();
        return maker.unkept(answer instanceof LoaderVerdict ? answer.value : answer);
      }
      const given = { ...(kept.isSame && stale && ownOptionsOf(stale)), ...loaderRun.given };
      const resolved = resolveEntryOptions(options, given, this.parts.maxLifetimeMs);
      const tagged = withRequired(resolved, options);
      const isAbsent = kept.value === undefined || kept.value === null;
      if (isAbsent && tagged.negativeTtlMs === 0) {
        await lease?.release();
        return maker.unkept(kept.value);
      }
      const made = maker.make(key, kept.value, tagged);
      return await this.keep(watch, { made, position, lease, options: tagged });
    } catch (error) {
      await lease?.release();
      throw error;
    }
  }

  /** Undefined when it is not to be kept. */
  private valueOf(verdict: LoaderVerdict): { value: unknown; isSame?: boolean } | undefined {
    const { stale } = this.request;
    if (verdict.kind === 'skip' || stale === undefined) return undefined;
    return { value: this.parts.maker.read(stale), isSame: true };
  }

  private async keep(
    watch: KeyWatch,
    {
      made,
      position,
      lease,
      options,
    }: {
      made: MadeEntry;
      position: number;
      lease: FillLease | undefined;
      options: ResolvedEntryOptions;
    },
  ): Promise<Entry> {
    const entry = made.entryAt(position);
    const { stats, memory } = this.parts;
    if (made.isTooLarge || watch.overtakenBy > position) {
      if (!made.isTooLarge) stats.overtaken += 1;
      await lease?.release();
      return entry;
    }
    const isHeld = lease === undefined || (await fill(lease, made, position));
    if (isHeld) memory?.keep(watch, entry, options);
    else stats.overtaken += 1;
    return entry;
  }
}

/** When Redis fails, memory may keep the value all the same: the log tells if it is overtaken. */
async function fill(lease: FillLease, made: MadeEntry, position: number): Promise<boolean> {
  if (made.stored === undefined) return true;
  const value = Buffer.concat([Buffer.from(positionText(position)), made.stored]);
  return lease.store(value, made.lifetimeMs).catch(() => true);
}

/** What an earlier loader said of a value that has not changed. */
function ownOptionsOf({ etag, tags }: Entry): LoadedOptions {
  return { etag, tags: tags.filter((tag) => !tag.startsWith(NAMESPACE_TAG)) };
}

/** Tags that the caller's scope gives are not for the loader to drop. */
function withRequired(
  resolved: ResolvedEntryOptions,
  { scopeTags }: ResolvedEntryOptions,
): ResolvedEntryOptions {
  if (scopeTags === undefined || scopeTags.length === 0) return resolved;
  return { ...resolved, tags: [...resolved.tags, ...scopeTags] };
}
