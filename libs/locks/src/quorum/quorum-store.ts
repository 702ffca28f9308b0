import { defineScript, type ScriptRunner } from '@trilith/redis';

import type { AcquireRequest, Answer, Claim, LockStore } from '../lock-store.js';
import { LockUnavailableError } from '../locks.errors.js';
import { answered } from '../redis/answered.js';
import type { LockKeys } from '../redis/lock-keys.js';
import { MutexStore } from '../redis/mutex-store.js';
import { FENCE_MEMORY_MS } from '../redis/reply.js';
import { type Vote, majority, majorityOf } from './vote.js';

/**
 * Of a lease, how long one server is waited for: after two rounds, of the lock and of its token, a
 * third of it is left.
 */
const PATIENCE = 0.3;

const raiseToken = defineScript<[token: string, rememberMs: number], boolean>({
  name: 'raiseToken',
  lua: new URL('../scripts/raiseToken-1.lua', import.meta.url),
  keys: 1,
  parse: (reply) => reply === 1,
});

/**
 * Locks on several Redis servers that know nothing of each other, after Redlock (Salvatore
 * Sanfilippo, "Distributed Locks with Redis"): granted when more than half of them grant. The time
 * that asking took, and a tenth of the lease for clocks that drift, is not the holder's.
 */
export class QuorumStore implements LockStore {
  private readonly stores: readonly MutexStore[];

  constructor(
    private readonly servers: readonly ScriptRunner[],
    private readonly keys: LockKeys,
  ) {
    this.stores = servers.map((redis) => new MutexStore(redis, keys, PATIENCE));
  }

  async acquire(request: AcquireRequest): Promise<Answer> {
    const { claim, ttlMs, fair } = request;
    if (fair) throw new RangeError('fair: got true; takes false with several servers');
    const asked = { ...request, waits: false };
    const replies = this.stores.map(async (store) => store.acquire(asked));
    const vote = await majority(replies, ({ granted }) => granted);
    if (vote.isCarried) return this.granted(request, vote);
    // What some have granted, or still will, keeps the next one from getting a majority.
    for (const [index, reply] of replies.entries()) {
      const giveBack = async () => this.stores[index]?.release(claim, ttlMs);
      reply.then(giveBack, giveBack).catch(() => undefined);
    }
    this.requireAnswers(vote, claim, 'acquiring');
    // Nobody knows: those who share the votes have given them back by the next look.
    return { granted: false, retryMs: Infinity };
  }

  async extend(claim: Claim, ttlMs: number): Promise<boolean> {
    const replies = this.stores.map(async (store) => store.extend(claim, ttlMs));
    return this.agreed(claim, 'extending', replies);
  }

  async release(claim: Claim, timeoutMs: number): Promise<boolean> {
    const replies = this.stores.map(async (store) => store.release(claim, timeoutMs));
    return this.agreed(claim, 'releasing', replies);
  }

  /**
   * The highest token of those who granted, made known to more than half of all: any two majorities
   * share a server, so that the next holder's is higher.
   */
  private async granted({ claim, ttlMs }: AcquireRequest, vote: Vote<Answer>): Promise<Answer> {
    const tokens = vote.yes.map((answer) => (answer.granted ? answer.fencingToken : 0n));
    const fencingToken = tokens.reduce((highest, token) => (token > highest ? token : highest));
    const key = this.keys.of('fence', claim.resource);
    const operation = 'raising its token';
    const replies = this.servers.map(async (redis) => {
      const reply = raiseToken(redis, [key], [String(fencingToken), FENCE_MEMORY_MS]);
      return answered(reply, { claim, operation, timeoutMs: ttlMs * PATIENCE });
    });
    await this.agreed(claim, operation, replies);
    return { granted: true, fencingToken };
  }

  private async agreed(claim: Claim, operation: string, replies: Promise<boolean>[]) {
    const vote = await majority(replies, Boolean);
    if (!vote.isCarried) this.requireAnswers(vote, claim, operation);
    return vote.isCarried;
  }

  private requireAnswers({ failures }: Vote<unknown>, { resource }: Claim, operation: string) {
    const needed = majorityOf(this.servers.length);
    if (this.servers.length - failures.length >= needed) return;
    const text = `${failures.length} of ${this.servers.length} servers did not answer`;
    throw new LockUnavailableError(resource, operation, new AggregateError(failures, text));
  }
}
