import type { CacheCore } from './cache-core.js';
import { type CacheKey, MAX_KEY_LENGTH, shortened, textOf } from './cache-key.js';
import type { Entry } from './entry.js';
import {
  type EntryOptions,
  type LoadedOptions,
  type ResolvedEntryOptions,
  resolveEntryOptions,
} from './entry.options.js';
import { type EntryInspection, inspect } from './inspection.js';
import type { Loader } from './loading/loader.js';
import type { Memory } from './memory/memory.js';
import { type ServedEntry, served } from './served-entry.js';

/** How to read without loading. */
export interface GetOptions {
  /** Whether a value in its grace will do. Default false. */
  allowStale?: boolean;
}

/** Where of a cache keys are looked for: all of it, or a namespace. */
export interface Scope {
  /** Begins each key. */
  readonly prefix: string;
  /** Each entry has them. */
  readonly tags: readonly string[];
}

/** Reads a cache, or a namespace of it: what is missing can be loaded, and nothing else changes. */
export abstract class CacheReader {
  protected readonly prefix: string;
  protected readonly tags: readonly string[];
  protected readonly defaults: ResolvedEntryOptions;
  private readonly memory: Memory | undefined;

  constructor(
    protected readonly core: CacheCore,
    { prefix, tags }: Scope,
  ) {
    const { defaults } = core.options;
    this.prefix = prefix;
    this.tags = tags;
    this.defaults = tags.length > 0 ? { ...defaults, scopeTags: tags } : defaults;
    this.memory = core.memory;
  }

  /**
   * The value, from memory, Redis or the loader, whichever has it first. For a key that nobody has,
   * the loader runs once in all processes together; while it runs, or when it fails, a stale value is
   * served where `graceMs` allows.
   *
   * @throws {LoaderTimeoutError} and what the loader throws, where there is no stale value.
   * @throws {CacheValueError} when the codec cannot represent what the loader gives.
   * @throws {CacheOptionError} when the key or an option is wrong.
   */
  getOrSet<Value>(
    key: CacheKey<Value>,
    loader: Loader<NoInfer<Value>>,
    options?: EntryOptions,
  ): Promise<Value>;
  getOrSet<Value>(key: string, loader: Loader<Value>, options?: EntryOptions): Promise<Value>;
  getOrSet(
    key: string | CacheKey<unknown>,
    loader: Loader<unknown>,
    options?: EntryOptions,
  ): Promise<unknown> {
    // Not async itself: that would cost each hit on Redis another promise.
    try {
      const id = this.idOf(key);
      const hot = this.memory?.hot(id);
      if (hot !== undefined) return Promise.resolve(this.core.reads.hit(id, hot));
      return this.fetch(id, { loader, options }, (entry) => this.read(entry));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As {@link getOrSet}, and tells how old the value is and whether it is stale. */
  async getOrSetEntry<Value>(
    key: string | CacheKey<Value>,
    loader: Loader<NoInfer<Value>>,
    options?: EntryOptions,
  ): Promise<ServedEntry<Value>> {
    const id = this.idOf(key);
    const hot = this.memory?.hot(id);
    if (hot !== undefined) return served(hot, this.core.reads.hit(id, hot), false);
    const wanted = { loader: loader as Loader<unknown>, options };
    return this.fetch(id, wanted, (entry, isStale) => served(entry, this.read(entry), isStale));
  }

  /** The value if there is a fresh one, without loading. Never throws for want of Redis. */
  async get<Value>(
    key: string | CacheKey<Value>,
    { allowStale = false }: GetOptions = {},
  ): Promise<Value | undefined> {
    const id = this.idOf(key);
    const hot = this.memory?.hot(id);
    if (hot !== undefined) return this.core.reads.hit(id, hot) as Value;
    const entry = await this.find(id, allowStale);
    return entry && (this.read(entry) as Value);
  }

  /** The values that are there and fresh, by key; one command to Redis for those not in memory. */
  async getMany<Value>(
    keys: readonly (string | CacheKey<Value>)[],
    options: GetOptions = {},
  ): Promise<Map<string, Value>> {
    const found = await Promise.all(
      keys.map(async (key) => {
        const id = this.idOf(key);
        const entry = this.memory?.hot(id) ?? (await this.find(id, options.allowStale ?? false));
        return [textOf(key), entry] as const;
      }),
    );
    const values = new Map<string, Value>();
    for (const [key, entry] of found) {
      if (entry !== undefined) values.set(key, this.read(entry) as Value);
    }
    return values;
  }

  /** The value if memory has a fresh one, at once. */
  peek<Value>(key: string | CacheKey<Value>): Value | undefined {
    const id = this.idOf(key);
    const hot = this.memory?.hot(id);
    if (hot !== undefined) return (hot.isEncoded ? this.read(hot) : hot.content) as Value;
    const kept = this.memory?.find(id);
    if (kept?.freshness !== 'fresh' || !kept.isTrusted) return undefined;
    return this.read(kept.entry) as Value;
  }

  /** Whether there is a fresh value, be it `undefined` or `null`. */
  async has(key: string | CacheKey<unknown>): Promise<boolean> {
    const id = this.idOf(key);
    return this.memory?.hot(id) !== undefined || (await this.find(id)) !== undefined;
  }

  /**
   * Loads what of the keys is missing, a few at a time.
   *
   * @param options.concurrency loaders at a time. Default 8
   * @throws what the first loader throws that fails.
   */
  async warmUp<Value>(
    keys: Iterable<string>,
    loader: Loader<Value>,
    { concurrency = 8, ...options }: EntryOptions & { concurrency?: number } = {},
  ): Promise<void> {
    const waiting = keys[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        await this.getOrSet(next.value, loader, options);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  }

  /** What each layer has of a key, for people. @throws when Redis fails. */
  async inspect(key: string | CacheKey<unknown>): Promise<EntryInspection> {
    this.core.requireOpen();
    return inspect(this.core, this.idOf(key));
  }

  protected idOf(key: string | CacheKey<unknown>): string {
    const text = typeof key === 'string' && key !== '' ? key : textOf(key);
    const id = this.prefix === '' ? text : this.prefix + text;
    return id.length <= MAX_KEY_LENGTH ? id : shortened(id);
  }

  protected resolve(options: (EntryOptions & LoadedOptions) | undefined): ResolvedEntryOptions {
    return resolveEntryOptions(this.defaults, options, this.core.options.maxLifetimeMs);
  }

  private async find(id: string, allowStale = false): Promise<Entry | undefined> {
    this.core.requireOpen();
    return this.core.reads.find(id, this.defaults, allowStale);
  }

  private fetch<Presented>(
    key: string,
    { loader, options }: { loader: Loader<unknown>; options: EntryOptions | undefined },
    present: (entry: Entry, isStale: boolean) => Presented,
  ): Promise<Presented> {
    this.core.requireOpen();
    return this.core.reads.fetch({ key, loader, options: this.resolve(options) }, present);
  }

  private read(entry: Entry): unknown {
    return this.core.maker.read(entry);
  }
}
