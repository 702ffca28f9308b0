import { defineScript, type ScriptRunner } from '@trilith/redis';

import { LockUnavailableError } from './locks.errors.js';

/** Who asks for which lock. */
export interface Claim {
  readonly resource: string;
  /** Random: no two acquisitions share it. */
  readonly owner: string;
}

/** The answer to a claim. */
export type Answer =
  | { readonly granted: true; readonly fencingToken: bigint }
  | { readonly granted: false; /** Milliseconds. */ readonly holderLeftMs: number };

/** How long the last token of a resource that nobody locks is remembered. */
const FENCE_MEMORY_MS = 7 * 24 * 60 * 60 * 1_000;

const acquireLock = defineScript<[owner: string, ttlMs: number, fenceMs: number], Answer>({
  name: 'acquireLock',
  lua: new URL('./scripts/acquireLock-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => {
    const [token, leftMs = -1] = reply as [string | null, number?];
    if (token !== null) return { granted: true, fencingToken: BigInt(token) };
    // Negative: the key does not expire, so nobody of this library wrote it.
    return { granted: false, holderLeftMs: leftMs < 0 ? Infinity : leftMs };
  },
});

const extendLock = defineScript<[owner: string, ttlMs: number], boolean>({
  name: 'extendLock',
  lua: new URL('./scripts/extendLock-1.lua', import.meta.url),
  keys: 1,
  parse: (reply) => reply === 1,
});

const releaseLock = defineScript<[owner: string], boolean>({
  name: 'releaseLock',
  lua: new URL('./scripts/releaseLock-1.lua', import.meta.url),
  keys: 1,
  parse: (reply) => reply === 1,
});

/** Locks as keys of one Redis. Each call has the lease's length as its deadline. */
export class LockStore {
  constructor(
    private readonly redis: ScriptRunner,
    private readonly prefix: string,
  ) {}

  async acquire(claim: Claim, ttlMs: number): Promise<Answer> {
    const { lock, fence } = this.keys(claim.resource);
    const reply = acquireLock(this.redis, [lock, fence], [claim.owner, ttlMs, FENCE_MEMORY_MS]);
    return this.answered(reply, { claim, operation: 'acquiring', timeoutMs: ttlMs });
  }

  /** Tells whether the caller still held the lock. */
  async extend(claim: Claim, ttlMs: number): Promise<boolean> {
    const reply = extendLock(this.redis, [this.keys(claim.resource).lock], [claim.owner, ttlMs]);
    return this.answered(reply, { claim, operation: 'extending', timeoutMs: ttlMs });
  }

  /** Tells whether the caller still held the lock. */
  async release(claim: Claim, timeoutMs: number): Promise<boolean> {
    const reply = releaseLock(this.redis, [this.keys(claim.resource).lock], [claim.owner]);
    return this.answered(reply, { claim, operation: 'releasing', timeoutMs });
  }

  /** The braces make both keys lie on one node of a cluster. */
  private keys(resource: string): { lock: string; fence: string } {
    const tag = resource.replaceAll(/[%{}]/g, encodeURIComponent);
    return { lock: `${this.prefix}:lock:{${tag}}`, fence: `${this.prefix}:fence:{${tag}}` };
  }

  /** Whatever patience the client has: an answer that outlasts the lease is worth nothing. */
  private async answered<T>(
    reply: Promise<T>,
    call: { claim: Claim; operation: string; timeoutMs: number },
  ): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${call.timeoutMs} ms`));
    }, call.timeoutMs);
    try {
      return await Promise.race([reply, late]);
    } catch (error) {
      throw new LockUnavailableError(call.claim.resource, call.operation, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
