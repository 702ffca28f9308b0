import { type ScriptRunner, runningNow } from '@trilith/redis';

import type { Lease } from './lease.js';
import { LeaseGroup } from './lease-group.js';
import { Lock } from './lock.js';
import type { LockStore } from './lock-store.js';
import {
  type LockManagerOptions,
  type LockOptions,
  type TryLockOptions,
  type WithLockOptions,
  lockDefaults,
} from './locks.options.js';
import { QuorumStore } from './quorum/quorum-store.js';
import { LockKeys } from './redis/lock-keys.js';
import { type HeldLock, listLocks } from './redis/lock-list.js';
import { MutexStore } from './redis/mutex-store.js';
import { PermitStore } from './redis/permit-store.js';
import { Acquirer } from './waiting/acquirer.js';
import { Owners } from './waiting/owners.js';
import { WakeUps } from './waiting/wake-ups.js';

/** Two ways to hold a resource that exclude each other. */
export interface ReadWriteLock {
  /** Together with others that read. */
  readonly read: Lock;
  /** Alone. */
  readonly write: Lock;
}

/**
 * Gives out leases on resources, kept in Redis.
 *
 * @example
 * await locks.withLock(`report:${day}`, { ttlMs: 10_000, waitMs: 2_000 }, async (lease) => {
 *   await buildReport(day, { signal: lease.signal });
 * });
 */
export class LockManager {
  private readonly servers: Servers;
  private readonly keys: LockKeys;
  private readonly mutexes: LockStore;
  private readonly acquirer: Acquirer;

  /** @throws {RangeError} when two connections are given, or none. */
  constructor({ redis, prefix = 'trilith', tokens, label, observer = {} }: LockManagerOptions) {
    this.servers = requireServers('evalsha' in redis ? [redis] : redis);
    this.keys = new LockKeys(prefix);
    const owners = new Owners(label);
    const [first, ...more] = this.servers;
    const isQuorum = more.length > 0;
    // A holder works meanwhile, and others wait: what frees a lock is not to wait for company.
    const runners = this.servers.map(runningNow);
    this.mutexes = isQuorum
      ? new QuorumStore(runners, this.keys)
      : new MutexStore(runningNow(first), this.keys);
    const listeningBeside = isQuorum ? undefined : first;
    const wakeUps = new WakeUps(listeningBeside, this.keys.wakeChannels + owners.manager);
    this.acquirer = new Acquirer({ owners, wakeUps, tokens, observer });
  }

  /** Does work while nobody else holds the resource; see {@link Lock.withLock}. */
  async withLock<T>(
    resource: string,
    options: WithLockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    return this.mutex(resource).withLock(options, work);
  }

  /** Waits until nobody else holds the resource; see {@link Lock.acquire}. */
  async acquire(resource: string, options?: LockOptions): Promise<Lease> {
    return this.mutex(resource).acquire(options);
  }

  /** Takes the resource if nobody holds it now; see {@link Lock.tryAcquire}. */
  async tryAcquire(resource: string, options?: TryLockOptions): Promise<Lease | undefined> {
    return this.mutex(resource).tryAcquire(options);
  }

  /** A resource that is held by one at a time. */
  mutex(resource: string): Lock {
    return new Lock(this.acquirer, { kind: 'mutex', resource, store: this.mutexes });
  }

  /**
   * A resource that so many may hold at a time, served in the order in which they came. All who use
   * it should name the same number.
   * @throws {RangeError} when that is no whole number from 1.
   */
  semaphore(resource: string, permits: number): Lock {
    if (!Number.isSafeInteger(permits) || permits < 1) {
      throw new RangeError(`permits: got ${permits}; takes a whole number from 1`);
    }
    const store = new PermitStore(this.onlyServer('a semaphore'), this.keys, {
      mode: 's',
      capacity: permits,
    });
    return new Lock(this.acquirer, { kind: 'semaphore', resource, store });
  }

  /**
   * A resource that many may read at a time, or one may write. Served in the order in which they
   * came: who waits to write is not kept out by readers that come later.
   */
  readWrite(resource: string): ReadWriteLock {
    const lock = (kind: 'read' | 'write', mode: 's' | 'x') => {
      const store = new PermitStore(this.onlyServer('a read-write lock'), this.keys, {
        mode,
        capacity: 2 ** 31,
      });
      return new Lock(this.acquirer, { kind, resource, store });
    };
    return { read: lock('read', 's'), write: lock('write', 'x') };
  }

  /**
   * Does work while nobody else holds any of the resources; see {@link acquireAll}.
   * @throws {LockLostError} when one of the leases was lost before the work was done.
   */
  async withAll<T>(
    resources: readonly string[],
    options: LockOptions,
    work: (leases: LeaseGroup) => Promise<T>,
  ): Promise<T> {
    await using leases = await this.acquireAll(resources, options);
    const result = await work(leases);
    leases.throwIfLost();
    return result;
  }

  /**
   * Waits until nobody else holds any of the resources: all of them within `waitMs`, or none. They
   * are taken in the order of their names, whatever the order given, so that two who want the same
   * ones do not wait for each other.
   * @throws {LockTimeoutError} for the one that was not had in time.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async acquireAll(resources: readonly string[], options: LockOptions = {}): Promise<LeaseGroup> {
    const names = [...new Set(resources)].toSorted();
    if (names.length === 0)
      throw new RangeError('resources: got none; takes names of what is locked');
    const { waitMs = lockDefaults.waitMs } = options;
    const until = performance.now() + waitMs;
    const leases: Lease[] = [];
    try {
      for (const name of names) {
        const leftMs = Math.max(until - performance.now(), 0);
        leases.push(await this.acquire(name, { ...options, waitMs: leftMs }));
      }
      // One of the first may be lost while the last is waited for.
      for (const lease of leases) lease.throwIfLost();
      return new LeaseGroup(leases);
    } catch (error) {
      await new LeaseGroup(leases).release();
      throw error;
    }
  }

  /**
   * Who holds what now, and how many wait. Walks through all keys of the server: for people, not for
   * each request. Of several servers the first is asked.
   */
  async list(): Promise<HeldLock[]> {
    return listLocks(this.servers[0], this.keys);
  }

  /** Where each server counts for itself, n permits may let in more than n. */
  private onlyServer(kind: string): ScriptRunner {
    const [first, ...more] = this.servers;
    if (more.length === 0) return runningNow(first);
    throw new RangeError(`redis: got ${more.length + 1} servers; ${kind} takes one`);
  }
}

type Servers = readonly [ScriptRunner, ...ScriptRunner[]];

function requireServers(servers: readonly ScriptRunner[]): Servers {
  const [first, ...more] = servers;
  // Of two, both would be needed: less is held up with one.
  if (first !== undefined && more.length !== 1) return [first, ...more];
  throw new RangeError(`redis: got ${servers.length} connections; takes one, or at least three`);
}
