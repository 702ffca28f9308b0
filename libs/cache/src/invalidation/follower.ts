import { setTimeout as sleep } from 'node:timers/promises';

import { closeRedis, createBlockingRedis, reconnect, whenReady } from '@trilith/redis';

import type { ResolvedRedisOptions } from '../cache.options.js';
import type { KeyNames } from '../redis/key-names.js';
import { type LogState, openLog } from '../redis/scripts.js';
import { type LogRecord, parseRecord } from './log-record.js';

export interface FollowerOptions {
  readonly cache: string;
  readonly redis: ResolvedRedisOptions;
  readonly names: KeyNames;
  /** The next record of the log: nothing was missed. */
  readonly onRecord: (record: LogRecord) => void;
  /** Records may have been missed: all that is known is where the log is now. */
  readonly onRestart: (state: LogState) => void;
  /** Nothing was missed up to the monotonic moment. */
  readonly onConfirmed: (asOf: number) => void;
}

/** How long a read waits for records; also how often the log is confirmed when there are none. */
const blockMs = 500;
const mostRecords = 500;
const longestPauseMs = 500;

type Entries = [id: string, fields: string[]][];

/**
 * Follows the log of invalidations on a connection of its own. Each record names the one before it,
 * so that a gap is noticed, whatever made it; and when no record comes, the marks tell whether there
 * was one. Redis' own client-side caching cannot do that: a lost connection loses its messages.
 */
export class Follower {
  private readonly connection;
  /** The last record that was passed on; undefined before the first start. */
  private position: number | undefined;
  /** A record that shows that history was rewritten: a failover lost what this process has seen. */
  private rewrittenAt = 0;
  private mustRestart = true;
  private failures = 0;
  private readonly closing = new AbortController();
  private readonly following: Promise<void>;

  constructor(private readonly options: FollowerOptions) {
    const { cache, redis, names } = options;
    this.connection = createBlockingRedis({
      url: redis.url,
      tls: redis.tls,
      sentinelCredentials: redis.sentinelCredentials,
      name: `cache-follower:${cache}`,
      commandTimeoutMs: redis.commandTimeoutMs,
      maxReconnectDelayMs: redis.maxReconnectDelayMs,
      maxBlockMs: blockMs,
      key: names.log,
    });
    this.following = this.follow();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await closeRedis(this.connection);
    await this.following;
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        await whenReady(this.connection, 5_000);
        if (this.mustRestart) await this.restart();
        await this.readOn();
        this.failures = 0;
      } catch {
        // Redis is away, which the cache notices by itself: memory is trusted no more.
        this.failures += 1;
        if (signal.aborted) return;
        reconnect(this.connection);
        const pauseMs = Math.min(longestPauseMs, 20 * 2 ** Math.min(this.failures, 8));
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async restart(): Promise<void> {
    const { names, onRestart, onConfirmed } = this.options;
    const asOf = performance.now();
    const args = [this.rewrittenAt > 0 ? 0 : (this.position ?? 0), this.rewrittenAt] as const;
    const state = await openLog(this.connection, [names.log, names.marks], args);
    this.position = state.position;
    this.rewrittenAt = 0;
    this.mustRestart = false;
    onRestart(state);
    onConfirmed(asOf);
  }

  private async readOn(): Promise<void> {
    const asOf = performance.now();
    const entries = await this.read(blockMs);
    if (entries.length === 0) await this.confirmEnd();
    // As many as were asked for: there may have been more at that moment.
    else if (this.passOn(entries) && entries.length < mostRecords) this.options.onConfirmed(asOf);
  }

  /** No record came: is there none, or is the log gone? */
  private async confirmEnd(): Promise<void> {
    const asOf = performance.now();
    const last = Number((await this.connection.hget(this.options.names.marks, '#')) ?? -1);
    if (last === this.position) this.options.onConfirmed(asOf);
    else if (last < (this.position ?? 0)) this.mustRestart = true;
    else {
      const entries = await this.read();
      if (entries.length === 0) this.mustRestart = true;
      else this.passOn(entries);
    }
  }

  private async read(block?: number): Promise<Entries> {
    const from = `${this.position ?? 0}-0`;
    const { log } = this.options.names;
    const reply =
      block === undefined
        ? await this.connection.xread('COUNT', mostRecords, 'STREAMS', log, from)
        : await this.connection.xread('COUNT', mostRecords, 'BLOCK', block, 'STREAMS', log, from);
    return reply?.[0]?.[1] ?? [];
  }

  /** Tells whether they follow on what was seen. */
  private passOn(entries: Entries): boolean {
    for (const entry of entries) {
      const record = parseRecord(entry);
      if (record === undefined || record.previous !== this.position) {
        this.mustRestart = true;
        // A record that is younger than ours and does not know it: ours was lost in a failover.
        const isRewritten = record !== undefined && record.previous < (this.position ?? 0);
        this.rewrittenAt = isRewritten ? record.position : 0;
        return false;
      }
      this.position = record.position;
      this.options.onRecord(record);
    }
    return true;
  }
}
