// One replica of a service: a cache in front of a source, and what an experiment asks of them.
import { setTimeout as sleep } from 'node:timers/promises';

import { NaiveCache, OurCache } from './caches.js';
import { Load } from './load.js';
import { readSettings, serve } from './process.js';
import type { LoadSettings, ReplicaSettings, StalenessReport } from './settings.js';
import { Source } from './source.js';

const settings = readSettings() as ReplicaSettings;
const { redisUrl, sourceUrl, kind, defaults, redis, index, replicas } = settings;
const source = new Source(sourceUrl);
const cache = await (
  kind === 'ours'
    ? new OurCache({ url: redisUrl, ...redis }, defaults)
    : new NaiveCache(redisUrl, defaults.ttlMs)
).ready();
let load: Load | undefined;
let watching:
  | { readonly over: AbortController; readonly done: Promise<StalenessReport> }
  | undefined;

async function read(key: string): Promise<number> {
  return cache.read(key, async () => source.read(key));
}

/** Reads until told otherwise, and holds each against what was acknowledged before it began. */
async function keepWatching(keys: readonly string[], over: AbortSignal): Promise<StalenessReport> {
  const report = { reads: 0, stale: 0, failed: 0 };
  while (!over.aborted) {
    for (const key of keys) {
      const owed = await source.acknowledged(key);
      try {
        if ((await read(key)) < owed) report.stale += 1;
      } catch {
        report.failed += 1;
      }
      report.reads += 1;
    }
    await sleep(5);
  }
  return report;
}

async function allSent(): Promise<void> {
  while (cache.stats().pendingWrites !== 0) await sleep(1);
}

async function acknowledgedWrite(key: string): Promise<void> {
  let version = 0;
  const outcome = await cache.write(key, async () => (version = await source.write(key)));
  // What waits for Redis is owed to nobody yet: on a busy machine a command may miss its deadline.
  if (outcome === 'queued') await allSent();
  await source.acknowledge(key, version);
}

serve({
  /** Loads what is to have a stale value later. */
  warm: async ({ fragile, written }: LoadSettings) => {
    const keys = [
      ...Array.from({ length: fragile }, (_, at) => `fragile:${at}`),
      ...Array.from({ length: written }, (_, at) => `written:${at}`),
    ];
    for (const key of keys) {
      const isFragile = key.startsWith('fragile');
      await cache.read(key, async () => source.read(key), isFragile ? { graceMs: 3_600_000 } : {});
    }
  },
  startLoad: async (wanted: LoadSettings) => {
    load = new Load({ cache, source, settings: wanted, index, replicas });
  },
  reportLoad: async () => load?.report(),
  pauseWrites: async () => load?.pauseWrites(),
  resumeWrites: async () => load?.resumeWrites(),
  stopLoad: async () => load?.stop(),

  read: async ({ key }: { key: string }) => read(key),
  write: async ({ key }: { key: string }) => acknowledgedWrite(key),
  isAway: async () => cache.isAway(),
  stats: async () => cache.stats(),

  /** How many of the keys it does not give in their newest version. */
  countOld: async ({ keys }: { keys: readonly string[] }) => {
    const versions = await source.readAll();
    const found = await Promise.all(keys.map(async (key) => read(key).catch(() => -1)));
    return found.filter((version, at) => version !== (versions.get(keys[at] ?? '') ?? 0)).length;
  },
  startWatching: async ({ keys }: { keys: readonly string[] }) => {
    const over = new AbortController();
    watching = { over, done: keepWatching(keys, over.signal) };
  },
  stopWatching: async () => {
    watching?.over.abort();
    return watching?.done;
  },

  /** Asks for a key whose loader says that it began, and goes on for so long. */
  readSlowly: async ({ key, loadMs }: { key: string; loadMs: number }) =>
    cache.read(key, async () => {
      await source.count('begun', key);
      await source.count(`begun-by-${index}`, key);
      await sleep(loadMs);
      return source.read(key);
    }),
  /** Begins to load the old version, and ends when the key was written meanwhile. */
  loadAcross: async ({ key }: { key: string }) =>
    cache.read(key, async () => {
      const version = await source.read(key);
      await source.count('begun', key);
      while ((await source.acknowledged(key)) === version) await sleep(1);
      return version;
    }),
});
