import { defineScript, type ScriptRunner } from '@trilith/redis';

import type { AcquireRequest, Answer, Claim, LockStore } from '../lock-store.js';
import { answered } from './answered.js';
import type { LockKeyPart, LockKeys } from './lock-keys.js';
import { ALIVE_MS, FENCE_MEMORY_MS, parseAnswer, parseHeld } from './reply.js';
import { scriptText } from './script-text.js';

/** To have a resource together with others, or alone: as scripts call it. */
export type Mode = 's' | 'x';

const acquirePermit = defineScript<
  [
    owner: string,
    ttlMs: number,
    fenceMs: number,
    aliveMs: number,
    capacity: number,
    mode: Mode,
    channels: string,
  ],
  Answer
>({
  name: 'acquirePermit',
  lua: scriptText('acquirePermit-4'),
  keys: 4,
  parse: parseAnswer,
});

const extendPermit = defineScript<[owner: string, ttlMs: number, mode: Mode], boolean>({
  name: 'extendPermit',
  lua: scriptText('extendPermit-1'),
  keys: 1,
  parse: parseHeld,
});

const releasePermit = defineScript<[owner: string, channels: string, mode: Mode], boolean>({
  name: 'releasePermit',
  lua: scriptText('releasePermit-3'),
  keys: 3,
  parse: parseHeld,
});

/** How a resource is held. */
export interface PermitStoreOptions {
  readonly mode: Mode;
  /** How many may share it. */
  readonly capacity: number;
}

/**
 * Locks with several holders, as keys of one Redis. Who came first is served first, whether it
 * shares or not: so none that wants a resource alone waits for ever behind those that share it.
 */
export class PermitStore implements LockStore {
  constructor(
    private readonly redis: ScriptRunner,
    private readonly keys: LockKeys,
    private readonly options: PermitStoreOptions,
  ) {}

  async acquire({ claim, ttlMs, waits }: AcquireRequest): Promise<Answer> {
    const { capacity, mode } = this.options;
    const reply = acquirePermit(
      this.redis,
      this.keysOf(claim, ['permits', 'fence', 'permit-queue', 'permit-alive']),
      [
        claim.owner,
        ttlMs,
        FENCE_MEMORY_MS,
        waits ? ALIVE_MS : 0,
        capacity,
        mode,
        this.keys.wakeChannels,
      ],
    );
    return answered(reply, { claim, operation: 'acquiring', timeoutMs: ttlMs });
  }

  async extend(claim: Claim, ttlMs: number): Promise<boolean> {
    const args = [claim.owner, ttlMs, this.options.mode] as const;
    const reply = extendPermit(this.redis, this.keysOf(claim, ['permits']), args);
    return answered(reply, { claim, operation: 'extending', timeoutMs: ttlMs });
  }

  async release(claim: Claim, timeoutMs: number): Promise<boolean> {
    const keys = this.keysOf(claim, ['permits', 'permit-queue', 'permit-alive']);
    const args = [claim.owner, this.keys.wakeChannels, this.options.mode] as const;
    const reply = releasePermit(this.redis, keys, args);
    return answered(reply, { claim, operation: 'releasing', timeoutMs });
  }

  private keysOf({ resource }: Claim, parts: readonly LockKeyPart[]): string[] {
    return parts.map((part) => this.keys.of(part, resource));
  }
}
