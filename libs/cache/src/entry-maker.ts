import type { CacheEvents } from './cache-events.js';
import type { CacheStats } from './cache-stats.js';
import { CacheValueError } from './cache.errors.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { compress, decompress } from './codec/compression.js';
import { type FormattedEntry, formatEntry, parseEntry } from './entry-format.js';
import { type Absence, Entry, type EntryFacts } from './entry.js';
import type { ResolvedEntryOptions } from './entry.options.js';
import { deepFreeze } from './memory/frozen.js';
import { ENTRY_OVERHEAD } from './memory/memory-layer.js';

/** A value made ready to be kept. */
export interface MadeEntry {
  /** As memory keeps it, at a position. */
  readonly entryAt: (position: number) => Entry;
  /** As Redis keeps it, without its position. Undefined where there is no Redis. */
  readonly stored: Buffer | undefined;
  /** Milliseconds until it is gone. */
  readonly lifetimeMs: number;
  /** It is above the bound: no layer may keep it. */
  readonly isTooLarge: boolean;
}

interface Watching {
  readonly events: CacheEvents;
  readonly stats: CacheStats;
}

const nothing = new Uint8Array(0);

/**
 * Makes entries of values and of what Redis has. Whatever the layer, a value has been through the
 * codec, so that it never differs by where it came from.
 */
export class EntryMaker {
  private readonly isCopied: boolean;

  constructor(
    private readonly options: ResolvedCacheOptions,
    private readonly watching: Watching,
  ) {
    this.isCopied = options.isolation === 'copied';
  }

  /** @throws {CacheValueError} when the codec cannot represent the value. */
  make(key: string, value: unknown, options: ResolvedEntryOptions): MadeEntry {
    const facts = factsOf(value, options);
    const lifetimeMs = facts.goneAt - facts.createdAt;
    const { isolation, maxValueBytes, codec } = this.options;
    if (isolation === 'shared') {
      const entryAt = (position: number) =>
        new Entry({ ...facts, position }, value, false, ENTRY_OVERHEAD);
      return { entryAt, stored: undefined, lifetimeMs, isTooLarge: false };
    }
    const payload = facts.absence === undefined ? this.encode(key, value) : nothing;
    const isTooLarge = payload.length > maxValueBytes;
    if (isTooLarge) this.tooLarge(key);
    const content = this.contentOf(facts.absence, payload);
    const entryAt = (position: number) => this.entry({ ...facts, position }, content, payload);
    const compression = this.compressionFor(payload);
    const stored = this.options.redis
      ? formatEntry({
          facts: { ...facts, position: 0 },
          codecId: codec.id,
          compression,
          payload: compression ? compress(payload, compression) : payload,
        })
      : undefined;
    return { entryAt, stored, lifetimeMs, isTooLarge };
  }

  /** Undefined when it is foreign, damaged or too large: that is counted, and a miss. */
  parse(key: string, bytes: Buffer): Entry | undefined {
    const { maxValueBytes, codec } = this.options;
    if (bytes.length > maxValueBytes) return this.reject(key, 'too-large');
    const formatted = parseEntry(bytes);
    if (formatted === undefined || formatted.codecId !== codec.id) {
      return this.reject(key, 'foreign');
    }
    try {
      const payload = this.payloadOf(formatted);
      const content = this.contentOf(formatted.facts.absence, payload, true);
      return this.entry(formatted.facts, content, payload);
    } catch {
      return this.reject(key, 'corrupt');
    }
  }

  /** An entry that no layer keeps, for what a loader gave to its callers alone. */
  unkept(value: unknown): Entry {
    const facts = { position: -1, createdAt: Date.now(), freshUntil: 0, goneAt: 0 };
    const rest = { hasGrace: false, tags: [], etag: undefined, absence: absenceOf(value) };
    return new Entry({ ...facts, ...rest }, value, false, 0);
  }

  /** What a caller gets. */
  read(entry: Entry): unknown {
    if (!entry.isEncoded) return entry.content;
    return this.options.codec.decode(entry.content as Buffer);
  }

  /** Something else than a string stood in its place. */
  foreign(key: string): void {
    this.reject(key, 'foreign');
  }

  private encode(key: string, value: unknown): Uint8Array {
    try {
      return this.options.codec.encode(value);
    } catch (error) {
      const { name } = this.options.codec;
      throw new CacheValueError(key, `${name} cannot encode it: ${String(error)}`, {
        cause: error,
      });
    }
  }

  /** @throws what the codec throws. */
  private contentOf(absence: Absence | undefined, payload: Uint8Array, isForeign = false): unknown {
    if (absence !== undefined) return absence === 'null' ? null : undefined;
    const bytes = asBuffer(payload);
    if (!this.isCopied) return deepFreeze(this.options.codec.decode(bytes));
    // Whoever reads it later must not be the one who finds out that it is damaged.
    if (isForeign) this.options.codec.decode(bytes);
    // A part of what arrived would keep all of it alive.
    return isForeign ? Buffer.from(bytes) : bytes;
  }

  private entry(facts: EntryFacts, content: unknown, payload: Uint8Array): Entry {
    const isEncoded = this.isCopied && facts.absence === undefined;
    return new Entry(facts, content, isEncoded, payload.length + ENTRY_OVERHEAD);
  }

  private payloadOf({ payload, compression }: FormattedEntry): Uint8Array {
    if (compression === undefined) return payload;
    return decompress(payload, compression, this.options.maxValueBytes);
  }

  private compressionFor(payload: Uint8Array) {
    const { compression } = this.options;
    if (compression === undefined || payload.length < compression.aboveBytes) return undefined;
    return compression.algorithm;
  }

  private tooLarge(key: string): void {
    this.watching.stats.oversized += 1;
    this.watching.events.emit('rejected', { key, reason: 'too-large' });
  }

  private reject(key: string, reason: 'foreign' | 'corrupt' | 'too-large'): undefined {
    this.watching.stats.rejected += 1;
    this.watching.events.emit('rejected', { key, reason });
    return undefined;
  }
}

function factsOf(value: unknown, options: ResolvedEntryOptions): Omit<EntryFacts, 'position'> {
  const { ttlMs, negativeTtlMs, graceMs, jitter, tags, etag } = options;
  const absence = absenceOf(value);
  const fullMs = absence === undefined || negativeTtlMs === 0 ? ttlMs : negativeTtlMs;
  const freshMs = Math.max(1, Math.round(fullMs * (1 - Math.random() * jitter)));
  const createdAt = Date.now();
  return {
    createdAt,
    freshUntil: createdAt + freshMs,
    goneAt: createdAt + freshMs + graceMs,
    hasGrace: graceMs > 0,
    tags,
    etag,
    absence,
  };
}

function absenceOf(value: unknown): Absence | undefined {
  if (value === undefined) return 'undefined';
  return value === null ? 'null' : undefined;
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
