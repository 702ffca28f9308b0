import type { PeerFacts } from './cases.ts';

const BENTOCACHE =
  'coalesces within a process alone; its bus loses messages; a write does not stop a loader';
const CACHEABLE = 'errors of Redis and of loaders become events and misses; no grace';
const CACHE_MANAGER = 'no tags, no bus, no grace; memory without a bound';

/** Those of which most cases are made; a case says what it asks of them. */
export const bentocache: PeerFacts = {
  who: 'bentocache',
  name: 'bentocache',
  differs: `parses JSON at each hit of memory, so that callers may change what they get; ${BENTOCACHE}`,
};

export const bentocacheUnserialized: PeerFacts = {
  who: 'bentocache-unserialized',
  name: 'bentocache, shared',
  differs: `\`serialize: false\`: callers share one value that each can change; ${BENTOCACHE}`,
};

export const cacheable: PeerFacts = {
  who: 'cacheable',
  name: 'cacheable',
  differs: `hands out copies from memory; ${CACHEABLE}`,
};

export const cacheManager: PeerFacts = {
  who: 'cache-manager',
  name: 'cache-manager',
  differs: CACHE_MANAGER,
};

export const lruCache: PeerFacts = {
  who: 'floor',
  name: 'lru-cache',
  differs: 'a look into its map, without a time to live or marks',
};
