import { defineScript, type ScriptRunner } from '@trilith/redis';

import type { AcquireRequest, Answer, Claim, LockStore } from '../lock-store.js';
import { answered } from './answered.js';
import type { LockKeyPart, LockKeys } from './lock-keys.js';
import { ALIVE_MS, FENCE_MEMORY_MS, parseAnswer, parseHeld } from './reply.js';
import { scriptText } from './script-text.js';

const acquireLock = defineScript<
  [owner: string, ttlMs: number, fenceMs: number, aliveMs: number, fair: number],
  Answer
>({
  name: 'acquireLock',
  lua: scriptText('acquireLock-4'),
  keys: 4,
  parse: parseAnswer,
});

const extendLock = defineScript<[owner: string, ttlMs: number], boolean>({
  name: 'extendLock',
  lua: new URL('../scripts/extendLock-1.lua', import.meta.url),
  keys: 1,
  parse: parseHeld,
});

const releaseLock = defineScript<[owner: string, channels: string, fenceMs: number], boolean>({
  name: 'releaseLock',
  lua: scriptText('releaseLock-4'),
  keys: 4,
  parse: parseHeld,
});

/** Locks with one holder, as keys of one Redis. */
export class MutexStore implements LockStore {
  constructor(
    private readonly redis: ScriptRunner,
    private readonly keys: LockKeys,
    /** How long an answer is waited for, as a share of the lease: one that outlasts it is no use. */
    private readonly patience = 1,
  ) {}

  async acquire({ claim, ttlMs, waits, fair }: AcquireRequest): Promise<Answer> {
    const keys = this.keysOf(claim, ['lock', 'fence', 'queue', 'alive']);
    const aliveMs = waits ? ALIVE_MS : 0;
    const args = [claim.owner, ttlMs, FENCE_MEMORY_MS, aliveMs, Number(fair)] as const;
    const reply = acquireLock(this.redis, keys, args);
    return answered(reply, { claim, operation: 'acquiring', timeoutMs: ttlMs * this.patience });
  }

  async extend(claim: Claim, ttlMs: number): Promise<boolean> {
    const reply = extendLock(this.redis, this.keysOf(claim, ['lock']), [claim.owner, ttlMs]);
    return answered(reply, { claim, operation: 'extending', timeoutMs: ttlMs * this.patience });
  }

  async release(claim: Claim, timeoutMs: number): Promise<boolean> {
    const keys = this.keysOf(claim, ['lock', 'fence', 'queue', 'alive']);
    const args = [claim.owner, this.keys.wakeChannels, FENCE_MEMORY_MS] as const;
    const reply = releaseLock(this.redis, keys, args);
    return answered(reply, { claim, operation: 'releasing', timeoutMs });
  }

  private keysOf({ resource }: Claim, parts: readonly LockKeyPart[]): string[] {
    return parts.map((part) => this.keys.of(part, resource));
  }
}
