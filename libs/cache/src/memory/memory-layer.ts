import { LRUCache } from 'lru-cache';

import type { Entry } from '../entry.js';

/** Bytes that an entry takes beside its payload, about. */
export const ENTRY_OVERHEAD = 400;

export interface MemoryLayerOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Told of a key that had to go for want of room. */
  readonly onEvicted: (key: string) => void;
}

/** Entries in this process, the least recently used of which go first. */
export class MemoryLayer {
  private readonly entries: LRUCache<string, Entry>;

  constructor({ maxEntries, maxBytes, onEvicted }: MemoryLayerOptions) {
    this.entries = new LRUCache<string, Entry>({
      max: maxEntries,
      maxSize: maxBytes,
      dispose: (_entry, key, reason) => {
        if (reason === 'evict') onEvicted(key);
      },
    });
  }

  get count(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.entries.calculatedSize;
  }

  /** Whatever its age. */
  get(key: string): Entry | undefined {
    return this.entries.get(key);
  }

  /** Keeps it, unless what is there was loaded or written later. */
  put(key: string, entry: Entry): void {
    const present = this.entries.peek(key);
    if (present !== undefined && isLater(present, entry)) return;
    this.entries.set(key, entry, { size: entry.size });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Removes it when it is from before the position. */
  deleteOlder(key: string, position: number): void {
    const entry = this.entries.peek(key);
    if (entry !== undefined && entry.position < position) this.entries.delete(key);
  }

  /** Makes it stale when it is from before the position. */
  expireOlder(key: string, position: number): void {
    const entry = this.entries.peek(key);
    if (entry !== undefined && entry.position < position) entry.makeStale();
  }

  /** Each entry that has the tag. Looks at all of them. */
  withTag(tag: string): [key: string, entry: Entry][] {
    return [...this.entries.entries()].filter(([, entry]) => entry.tags.includes(tag));
  }

  clear(): void {
    this.entries.clear();
  }
}

function isLater(present: Entry, other: Entry): boolean {
  if (present.position !== other.position) return present.position > other.position;
  return present.createdAt > other.createdAt;
}
