import type { CacheGauges, CacheStats } from './cache-stats.js';

/** What can be listened to, and what is told. `key` is the key with its namespace. */
export interface CacheEventMap {
  hit: { readonly key: string; readonly layer: 'memory' | 'redis'; readonly isStale: boolean };
  miss: { readonly key: string };
  loaded: { readonly key: string; readonly durationMs: number };
  loadFailed: { readonly key: string; readonly durationMs: number; readonly error: unknown };
  /** A caller joined a load under way in this process. */
  coalesced: { readonly key: string };
  evicted: { readonly key: string };
  /** A value on Redis was no good, or one was too large to be kept. */
  rejected: {
    readonly key: string;
    readonly reason: 'foreign' | 'corrupt' | 'too-large';
  };
  /** Somebody, in this process or another, wrote or invalidated something. */
  invalidated: {
    readonly kind: 'written' | 'deleted' | 'expired' | 'tag-deleted' | 'tag-expired' | 'cleared';
    /** A key or a tag; empty for `cleared`. */
    readonly name: string;
  };
  outageBegan: { readonly error: unknown };
  outageEnded: { readonly durationMs: number };
  /** Records of the log were missed, so memory was emptied. */
  resynced: Record<string, never>;
}

export type CacheEventName = keyof CacheEventMap;

export type CacheListener<Name extends CacheEventName> = (facts: CacheEventMap[Name]) => void;

/** A cache as those see it who watch it. */
export interface ObservedCache {
  readonly name: string;
  stats(): Readonly<CacheStats & CacheGauges>;
}

/** Told what happens, for metrics. Each method is optional and should be quick. */
export type CacheObserver = {
  readonly [Name in CacheEventName]?: (
    facts: CacheEventMap[Name] & { readonly cache: string },
  ) => void;
} & {
  /** A cache begins: what it counts can be read from it at any time. */
  attached?(cache: ObservedCache): void;
};

type Listeners = { [Name in CacheEventName]?: Set<CacheListener<Name>> };

/** Passes on what happens. Facts are made only where somebody listens. */
export class CacheEvents {
  private readonly listeners: Listeners = {};

  constructor(cache: string, observer: CacheObserver = {}) {
    for (const [name, listener] of Object.entries(observer)) {
      if (name === 'attached') continue;
      const tell = listener as (facts: object) => void;
      this.on(name as CacheEventName, (facts) => tell.call(observer, { ...facts, cache }));
    }
  }

  /** Returns what ends the listening. */
  on<Name extends CacheEventName>(name: Name, listener: CacheListener<Name>): () => void {
    const listeners = (this.listeners[name] ??= new Set() as never) as Set<CacheListener<Name>>;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  has(name: CacheEventName): boolean {
    return (this.listeners[name]?.size ?? 0) > 0;
  }

  emit<Name extends CacheEventName>(name: Name, facts: CacheEventMap[Name]): void {
    const listeners = this.listeners[name];
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(facts);
      } catch (error) {
        // A listener's mistake is its author's: it must not become a failed read of somebody else.
        process.emitWarning(`A listener to the cache's ${name} failed: ${String(error)}`);
      }
    }
  }
}
