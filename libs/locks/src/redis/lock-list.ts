import { type ScriptRunner, defineScript } from '@trilith/redis';

import type { LockKind } from '../lease.js';
import { readOwner } from '../waiting/owners.js';
import type { LockKeys } from './lock-keys.js';
import { scriptText } from './script-text.js';

/** One who holds a lock. */
export interface LockHolder {
  /** The manager's `label`: which process it is. Undefined for a key that another program wrote. */
  readonly label: string | undefined;
  /** Since when, by the wall clock of that process. */
  readonly since: Date | undefined;
  /** Milliseconds until its lease ends, unless it is renewed. Infinity for a key without expiry. */
  readonly leftMs: number;
}

/** A resource that somebody holds. */
export interface HeldLock {
  readonly resource: string;
  /** Of a semaphore, too, `read`: both share a resource. */
  readonly kind: Exclude<LockKind, 'semaphore'>;
  readonly holders: readonly LockHolder[];
  /** How many wait for it. */
  readonly waiting: number;
  /** The highest fencing token that Redis has given out for it. */
  readonly lastToken: bigint | undefined;
}

type Holders = readonly (string | number)[];
type Inspection = readonly [string | null, Holders, number, Holders, number];

const inspectLock = defineScript<[], Inspection>({
  name: 'inspectLock',
  lua: scriptText('inspectLock-5'),
  keys: 5,
  parse: (reply) => reply as Inspection,
});

/** A connection that can be searched: any client of ioredis. */
interface Scannable extends ScriptRunner {
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    limit: number,
  ): Promise<[string, string[]]>;
  /** Of a cluster: its servers. */
  nodes?(role: 'master'): Scannable[];
}

/**
 * Who holds what, in the order of the resources' names. Walks through all keys of the server: for
 * people, not for each request.
 *
 * @throws {TypeError} when the connection is no client of ioredis.
 */
export async function listLocks(redis: ScriptRunner, keys: LockKeys): Promise<HeldLock[]> {
  const resources = new Set<string>();
  for (const server of serversOf(redis)) {
    for (const part of ['lock', 'permits'] as const) {
      for await (const key of scan(server, keys.pattern(part))) resources.add(keys.resourceOf(key));
    }
  }
  const held: HeldLock[] = [];
  for (const resource of [...resources].toSorted()) {
    held.push(...(await inspect(redis, keys, resource)));
  }
  return held;
}

function serversOf(redis: ScriptRunner): Scannable[] {
  if (!('scan' in redis))
    throw new TypeError('redis: takes a client of ioredis for a list of locks');
  const client = redis as Scannable;
  return client.nodes?.('master') ?? [client];
}

async function* scan(server: Scannable, pattern: string): AsyncGenerator<string> {
  let cursor = '0';
  do {
    const [next, found] = await server.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    yield* found;
    cursor = next;
  } while (cursor !== '0');
}

async function inspect(redis: ScriptRunner, keys: LockKeys, resource: string): Promise<HeldLock[]> {
  const parts = ['lock', 'queue', 'permits', 'permit-queue', 'fence'] as const;
  const names = parts.map((part) => keys.of(part, resource));
  const [token, lock, lockQueue, permits, permitQueue] = await inspectLock(redis, names, []);
  const lastToken = token === null ? undefined : BigInt(token);
  const mutex = { kind: 'mutex', holders: holdersOf(lock), waiting: lockQueue } as const;
  const kind = String(permits[0]).startsWith('x:') ? 'write' : 'read';
  const shared = { kind, holders: holdersOf(permits), waiting: permitQueue } as const;
  return [mutex, shared]
    .filter(({ holders }) => holders.length > 0)
    .map((found) => ({ resource, ...found, lastToken }));
}

/** Pairs of an owner and how long its lease still is. */
function holdersOf(pairs: Holders): LockHolder[] {
  return pairs.flatMap((owner, index) => {
    if (index % 2 === 1) return [];
    const leftMs = Number(pairs[index + 1]);
    const { label, since } = readOwner(String(owner).replace(/^[sx]:/, '')) ?? {};
    return [{ label, since, leftMs: leftMs < 0 ? Infinity : leftMs }];
  });
}
