import {
  type RedisClient,
  type ScriptRunner,
  closeRedis,
  createRedis,
  whenReady,
} from '@trilith/redis';

import type { ResolvedRedisOptions } from '../cache.options.js';
import type { TagMark } from '../invalidation/marks.js';
import type { WriteOperation } from '../writing/write-operation.js';
import { KeyNames } from './key-names.js';
import { ReadBatch } from './read-batch.js';
import {
  type Admission,
  type Recorded,
  acquireLease,
  fillValue,
  openLog,
  recordWrites,
  renewLease,
} from './scripts.js';

export interface RedisLayerOptions {
  readonly cache: string;
  readonly redis: ResolvedRedisOptions;
  readonly maxLifetimeMs: number;
  /** Around each command that reads values. */
  readonly guard: <T>(call: () => Promise<T>) => Promise<T>;
}

/** What was asked of the marks for one entry. */
export interface FetchedMarks {
  readonly floor: number;
  readonly tags: readonly TagMark[];
}

/** A lease as it is asked for. */
export interface LeaseClaim {
  readonly key: string;
  /** Random. */
  readonly token: string;
  readonly leaseMs: number;
  /** First bytes of a value that is no good. */
  readonly seen: Buffer | undefined;
}

/** A value to be stored under a lease. */
export interface Filling {
  readonly key: string;
  readonly token: string;
  readonly ttlMs: number;
  /** Position first. */
  readonly value: Buffer;
}

/** The commands of one cache, each with a deadline and none resent. */
export class RedisLayer {
  readonly names: KeyNames;
  readonly client: RedisClient;
  private readonly bytes: ScriptRunner;
  private readonly batch: ReadBatch;
  private opening: Promise<void> | undefined;

  constructor(private readonly options: RedisLayerOptions) {
    const { cache, redis } = options;
    const { prefix, startTimeoutMs, url, tls, sentinelCredentials } = redis;
    this.names = new KeyNames(prefix, cache);
    this.client = createRedis({
      url,
      tls,
      sentinelCredentials,
      name: `cache:${cache}`,
      commandTimeoutMs: redis.commandTimeoutMs,
      maxReconnectDelayMs: redis.maxReconnectDelayMs,
      // Reads are batched here, into one command rather than one pipeline.
      autoPipelining: false,
    });
    this.bytes = bytesOf(this.client);
    this.batch = new ReadBatch(async (keys) =>
      options.guard(async () => this.client.mgetBuffer(keys)),
    );
    this.opening = whenReady(this.client, startTimeoutMs)
      .catch(() => undefined)
      .then(() => (this.opening = undefined));
  }

  /** Pending while the first connection is being made, and no longer than `startTimeoutMs`. */
  get starting(): Promise<void> | undefined {
    return this.opening;
  }

  async ping(): Promise<void> {
    await this.client.ping();
  }

  /** Many in one turn of the event loop are one command. */
  read(key: string): Promise<Buffer | null> {
    return this.batch.read(this.names.value(key));
  }

  async acquire({ key, token, leaseMs, seen = Buffer.alloc(0) }: LeaseClaim): Promise<Admission> {
    const { names } = this;
    const keys = [names.value(key), names.lease(key), names.marks];
    const admission = await acquireLease(this.bytes, keys, [token, leaseMs, seen]);
    if (admission.kind !== 'unborn') return admission;
    await openLog(this.client, [names.log, names.marks], [0, 0]);
    return acquireLease(this.bytes, keys, [token, leaseMs, seen]);
  }

  /** Tells whether the lease was still held, so that the value is stored. */
  async store({ key, token, ttlMs, value }: Filling): Promise<boolean> {
    return fillValue(this.client, this.fillKeys(key), [
      token,
      key,
      this.options.redis.maxLogRecords,
      ttlMs,
      value,
    ]);
  }

  /** Ends a lease without a value. */
  async release(key: string, token: string): Promise<void> {
    const { maxLogRecords } = this.options.redis;
    await fillValue(this.client, this.fillKeys(key), [token, key, maxLogRecords, 0, '']);
  }

  async renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return renewLease(this.client, [this.names.lease(key)], [token, leaseMs]);
  }

  /** @param expected the position after which nothing was to have happened; see the script. */
  async record(operations: readonly WriteOperation[], expected?: number): Promise<Recorded> {
    const { names, options } = this;
    const args: (string | number | Buffer)[] = [
      names.base,
      options.redis.maxLogRecords,
      options.maxLifetimeMs * 1_000,
      expected ?? '',
    ];
    for (const operation of operations) {
      const isWrite = operation.kind === 'w';
      args.push(operation.kind, operation.name);
      args.push(isWrite ? operation.ttlMs : 0, isWrite ? operation.stored : '');
    }
    return recordWrites(this.client, [names.log, names.marks], args);
  }

  /** Undefined when the bookkeeping is lost. */
  async fetchMarks(tags: readonly string[]): Promise<FetchedMarks | undefined> {
    const fields = tags.flatMap((tag) => [`h:${tag}`, `s:${tag}`]);
    const reply = await this.client.hmget(this.names.marks, '#', 'floor', ...fields);
    const [position, floor] = reply;
    if (!position || !floor) return undefined;
    const marks = tags.map((_tag, at) => ({
      hard: Number(reply[2 + 2 * at] ?? 0),
      soft: Number(reply[3 + 2 * at] ?? 0),
    }));
    return { floor: Number(floor), tags: marks };
  }

  /** Milliseconds that a key and its lease still have; undefined for none. */
  async timesLeft(key: string): Promise<{ valueMs?: number; leaseMs?: number }> {
    const [valueMs, leaseMs] = await Promise.all([
      this.client.pttl(this.names.value(key)),
      this.client.pttl(this.names.lease(key)),
    ]);
    return {
      ...(valueMs >= 0 && { valueMs }),
      ...(leaseMs >= 0 && { leaseMs }),
    };
  }

  async close(): Promise<void> {
    await closeRedis(this.client);
  }

  private fillKeys(key: string): string[] {
    const { names } = this;
    return [names.value(key), names.lease(key), names.log, names.marks];
  }
}

/** The same client with replies as bytes. ioredis has these commands but no types for them. */
function bytesOf(client: RedisClient): ScriptRunner {
  const { evalBuffer, evalshaBuffer } = client as unknown as {
    evalBuffer: ScriptRunner['eval'];
    evalshaBuffer: ScriptRunner['evalsha'];
  };
  return { eval: evalBuffer.bind(client), evalsha: evalshaBuffer.bind(client) };
}
