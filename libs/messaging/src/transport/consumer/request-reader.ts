import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';
import { closeRedis, isRedisUnavailable, reconnect, sendNow, whenReady } from '@trilith/redis';
import type { Redis } from 'ioredis';

import type { ConsumerGroup } from './consumer-group.js';
import type { ReplySender } from './reply-sender.js';
import type { RequestSlots } from './request-slots.js';

/** A request's entry as Redis gives it: its id, and names and values in turn. */
export type RequestEntry = readonly [entryId: string, flat: readonly string[]];

export interface RequestReaderParts {
  readonly group: ConsumerGroup;
  /** Waits for requests; replies that are ready when it is about to wait go first. */
  readonly redis: Redis;
  readonly replies: ReplySender;
  readonly slots: RequestSlots;
  readonly onEntries: (entries: readonly RequestEntry[]) => void;
  /** Reading goes on after it could not: entries may have been delivered that never came. */
  readonly onRecovered: () => Promise<void>;
  readonly logger: Logger;
}

/** The longest that one read waits: after that the connection has proved to be alive. */
export const readBlockMs = 5_000;
const pauseMs = 250;

/** Reads new requests for as long as it is not stopped, whatever happens to the server. */
export class RequestReader {
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly parts: RequestReaderParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Cuts a read that waits. What was delivered at that moment stays pending. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.parts.replies.settled();
    await closeRedis(this.parts.redis);
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const entries = await this.readOnce();
        // What came while stopping stays unbegun, to be given back.
        if (entries.length > 0 && !this.stopped) this.parts.onEntries(entries);
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private async readOnce(): Promise<readonly RequestEntry[]> {
    const { slots } = this.parts;
    // By then, whoever answers without waiting for anything has answered.
    const entries = await atEndOfTurn(() => (slots.free > 0 ? this.read() : undefined));
    if (entries) return entries;
    await slots.someFree();
    return this.stopped ? [] : this.read();
  }

  /** What is ready to be sent and the next read leave together: one write, one turn of the server. */
  private async read(): Promise<readonly RequestEntry[]> {
    const { redis, replies, slots, group } = this.parts;
    const { stream, group: name, consumer } = group.identity;
    redis.stream?.cork();
    if (redis.status === 'ready') replies.sendOver(redis);
    const options = ['COUNT', slots.free, 'BLOCK', readBlockMs, 'STREAMS', stream, '>'];
    const reading = sendNow(redis, 'xreadgroup', ['GROUP', name, consumer, ...options]);
    redis.stream?.uncork();
    return toEntries(await reading);
  }

  /** Never throws: what fails here fails again at the next read, and comes back. */
  private async recover(error: unknown): Promise<void> {
    if (this.stopped) return;
    const { group, logger, onRecovered } = this.parts;
    try {
      if (isGroupLost(error)) {
        const { stream } = group.identity;
        logger.warn(`The consumer group on ${stream} is gone; reading again from its start`);
        await group.ensure();
      } else await this.waitForServer(error);
      await onRecovered();
    } catch (again) {
      if (!isRedisUnavailable(again)) logger.error(again);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  private async waitForServer(error: unknown): Promise<void> {
    if (isRedisUnavailable(error)) reconnect(this.parts.redis);
    else this.parts.logger.error(error);
    await sleep(pauseMs * (0.5 + Math.random()));
    if (!this.stopped) await whenReady(this.parts.redis, readBlockMs);
  }
}

/** Begins once what runs now, and all that it resolved, has run. */
async function atEndOfTurn<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    // A promise that rejects is passed on; `work` itself does not throw.
    process.nextTick(() => resolve(work()));
  });
}

function toEntries(reply: unknown): readonly RequestEntry[] {
  const streams = reply as readonly [string, readonly RequestEntry[]][] | null;
  return streams?.[0]?.[1] ?? [];
}

/** The stream or the group vanished: a flush, a restart without persistence, somebody's hand. */
function isGroupLost(error: unknown): boolean {
  return error instanceof Error && /^(NOGROUP|UNBLOCKED)\b/.test(error.message);
}
