import { randomUUID } from 'node:crypto';
import { LockManager } from '@trilith/locks';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { Redis } from 'ioredis';
import { Mutex } from 'redis-semaphore';
import Redlock from 'redlock';
import { createLock, IoredisAdapter } from 'redlock-universal';

const TTL_MS = 10_000;
/** For those that count their tries: more than any round needs. */
const TRIES = 100_000;

/** One who takes a lock, over a connection of its own. */
export interface Contender {
  /** Resolves, when the lock is had, to what releases it. */
  readonly acquire: () => Promise<() => Promise<unknown>>;
  readonly close: () => Promise<void>;
}

/** Makes contenders for one resource. */
export type ContenderMaker = (place: { redisUrl: string; resource: string }) => Promise<Contender>;

/** With auto-pipelining and a second connection for wake-ups, as in an application. */
export const ours =
  ({ fair = false } = {}): ContenderMaker =>
  async ({ redisUrl, resource }) => {
    const redis = createRedis({ url: redisUrl, name: 'bench-locks' });
    await whenReady(redis, 10_000);
    const locks = new LockManager({ redis, prefix: 'bench' });
    return {
      acquire: async () => {
        const lease = await locks.acquire(resource, { ttlMs: TTL_MS, waitMs: 60_000, fair });
        return async () => lease.release();
      },
      close: async () => closeRedis(redis),
    };
  };

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** It can only try: for a lock that is free. */
export const floor: ContenderMaker = async ({ redisUrl, resource }) => {
  const redis = new Redis(redisUrl);
  const sha1 = (await redis.script('LOAD', RELEASE)) as string;
  const key = `bench-floor:${resource}`;
  return {
    acquire: async () => {
      const owner = randomUUID();
      if ((await redis.set(key, owner, 'PX', TTL_MS, 'NX')) !== 'OK') throw new Error('not free');
      return async () => redis.evalsha(sha1, 1, key, owner);
    },
    close: async () => void (await redis.quit()),
  };
};

export const redlock: ContenderMaker = async ({ redisUrl, resource }) => {
  const redis = new Redis(redisUrl);
  const locks = new Redlock([redis], { retryCount: -1 });
  return {
    acquire: async () => {
      const lock = await locks.acquire([`bench-redlock:${resource}`], TTL_MS);
      return async () => lock.release();
    },
    close: async () => void (await redis.quit()),
  };
};

export const redlockUniversal: ContenderMaker = async ({ redisUrl, resource }) => {
  const redis = new Redis(redisUrl);
  const lock = createLock({
    adapter: new IoredisAdapter(redis),
    key: `bench-universal:${resource}`,
    ttl: TTL_MS,
    retryAttempts: TRIES,
  });
  return {
    acquire: async () => {
      const handle = await lock.acquire();
      return async () => lock.release(handle);
    },
    close: async () => void (await redis.quit()),
  };
};

export const redisSemaphore: ContenderMaker = async ({ redisUrl, resource }) => {
  const redis = new Redis(redisUrl);
  return {
    acquire: async () => {
      const mutex = new Mutex(redis, `bench-semaphore:${resource}`, {
        lockTimeout: TTL_MS,
        acquireTimeout: 60_000,
      });
      await mutex.acquire();
      return async () => mutex.release();
    },
    close: async () => void (await redis.quit()),
  };
};
