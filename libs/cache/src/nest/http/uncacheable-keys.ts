import { LRUCache } from 'lru-cache';

/** For how long, in milliseconds. */
const rememberedMs = 10_000;
const mostKeys = 10_000;

/**
 * Keys whose last response could not be kept. Their requests go past the cache for a while: they
 * would otherwise wait for each other, one handler at a time, for nothing (Varnish's hit-for-miss).
 */
export class UncacheableKeys {
  private readonly keys = new LRUCache<string, true>({ max: mostKeys, ttl: rememberedMs });

  add(key: string): void {
    this.keys.set(key, true);
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }
}
