import type { CacheKey } from './cache-key.js';
import { CacheReader } from './cache-reader.js';
import { CacheOptionError } from './cache.errors.js';
import type { EntryOptions, LoadedOptions, ResolvedEntryOptions } from './entry.options.js';
import { NAMESPACE_TAG, requireTag } from './tags.js';
import type { WriteOperation, WriteOutcome } from './writing/write-operation.js';

export type SetOptions = EntryOptions & Pick<LoadedOptions, 'etag'>;

/** How a write goes through to the source. */
export type WriteThroughOptions = SetOptions & {
  /** What else the write makes wrong; with the value, in one step. */
  invalidates?: { keys?: readonly (string | CacheKey<unknown>)[]; tags?: readonly string[] };
};

/** What can be done with a cache, and with a namespace of it alike. */
export class CacheScope extends CacheReader {
  /**
   * Writes a value; the last write of all processes wins, and no loader that began before it stores
   * what it read. A value above `maxValueBytes` is not kept, and what was there goes.
   *
   * @throws {CacheValueError} when the codec cannot represent it.
   */
  async set<Value>(
    key: string | CacheKey<Value>,
    value: NoInfer<Value>,
    options?: SetOptions,
  ): Promise<WriteOutcome> {
    return this.setMany([[key, value]], options);
  }

  /** Writes all, or with Redis away queues all. At most 500 together are one step. */
  async setMany(
    entries: Iterable<readonly [key: string | CacheKey<unknown>, value: unknown]>,
    options?: SetOptions,
  ): Promise<WriteOutcome> {
    const resolved = this.resolve(options);
    const operations = [...entries].map(([key, value]) => this.writing(key, value, resolved));
    return this.commit(operations, resolved);
  }

  /** Removes a value everywhere. */
  async delete(key: string | CacheKey<unknown>): Promise<WriteOutcome> {
    return this.deleteMany([key]);
  }

  async deleteMany(keys: Iterable<string | CacheKey<unknown>>): Promise<WriteOutcome> {
    return this.commit([...keys].map((key) => ({ kind: 'd', name: this.idOf(key) }) as const));
  }

  /** Makes a value stale: it is served in its grace while a new one is loaded, and else is gone. */
  async expire(key: string | CacheKey<unknown>): Promise<WriteOutcome> {
    return this.commit([{ kind: 'e', name: this.idOf(key) }]);
  }

  /** Removes all values that have one of the tags, in any namespace. Costs the same for any number. */
  async deleteByTag(...tags: readonly string[]): Promise<WriteOutcome> {
    return this.commit(tags.map((tag) => ({ kind: 't', name: checkedTag(tag) }) as const));
  }

  /** Makes all values stale that have one of the tags, in any namespace. Costs the same for any number. */
  async expireByTag(...tags: readonly string[]): Promise<WriteOutcome> {
    return this.commit(tags.map((tag) => ({ kind: 's', name: checkedTag(tag) }) as const));
  }

  /** Removes all values of this cache or namespace. Costs the same for any number. */
  async clear(): Promise<WriteOutcome> {
    const tag = this.tags.at(-1);
    return this.commit([tag === undefined ? { kind: 'c', name: '' } : { kind: 't', name: tag }]);
  }

  /**
   * Writes to the source, then the value to the caches and what depends on it out of them, in one
   * step. When the source fails, the cache stays as it was. Should the process die between the two,
   * the old value stays until its `ttlMs`.
   *
   * @param persist writes to the source; what it gives, unless undefined, is cached in place of `value`
   * @throws what `persist` throws.
   */
  async writeThrough<Value>(
    key: string | CacheKey<Value>,
    value: Value,
    persist: (value: Value) => Promise<Value | void>,
    { invalidates = {}, ...options }: WriteThroughOptions = {},
  ): Promise<WriteOutcome> {
    const id = this.idOf(key);
    const resolved = this.resolve(options);
    const others = (invalidates.keys ?? []).map((other) => this.idOf(other));
    const tags = (invalidates.tags ?? []).map(checkedTag);
    const written = (await persist(value)) ?? value;
    return this.commit(
      [
        ...tags.map((name) => ({ kind: 't', name }) as const),
        ...others.filter((name) => name !== id).map((name) => ({ kind: 'd', name }) as const),
        this.writing(key, written, resolved),
      ],
      resolved,
    );
  }

  /** A part of this cache with keys of its own, whose `clear` leaves the rest alone. */
  namespace(name: string): CacheScope {
    if (typeof name !== 'string' || !/^[\w.-]{1,50}$/.test(name)) {
      throw new CacheOptionError('namespace', name, 'up to 50 letters, digits, and any of _ . -');
    }
    const prefix = `${this.prefix}${name}/`;
    const tag = `${NAMESPACE_TAG}${prefix}`;
    return new CacheScope(this.core, { prefix, tags: [...this.tags, tag] });
  }

  private writing(
    key: string | CacheKey<unknown>,
    value: unknown,
    options: ResolvedEntryOptions,
  ): WriteOperation {
    const name = this.idOf(key);
    const tags = [...options.tags, ...(options.scopeTags ?? [])];
    const made = this.core.maker.make(name, value, { ...options, tags });
    if (made.isTooLarge) return { kind: 'd', name };
    const { entryAt, lifetimeMs: ttlMs, stored = Buffer.alloc(0) } = made;
    return { kind: 'w', name, ttlMs, stored, entryAt };
  }

  private async commit(
    operations: readonly WriteOperation[],
    timing: EntryOptions = this.defaults,
  ): Promise<WriteOutcome> {
    this.core.requireOpen();
    return this.core.writes.commit(operations, timing);
  }
}

function checkedTag(tag: string): string {
  requireTag(tag);
  return tag;
}
