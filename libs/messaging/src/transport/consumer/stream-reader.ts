import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';
import {
  type RedisClient,
  closeRedis,
  isRedisUnavailable,
  reconnect,
  whenReady,
} from '@trilith/redis';

import type { StreamEntry } from '../stream-entry.js';
import { type ConsumerGroup, readNew } from './consumer-group.js';

/** What a reader joins. */
export interface StreamReaderParts {
  /** One group of one consumer, on one or more streams. */
  readonly groups: readonly ConsumerGroup[];
  /** Used for nothing else. */
  readonly redis: RedisClient;
  /** Waits until there is room, and says for how many entries of each stream. */
  readonly room: () => Promise<number>;
  readonly onEntries: (group: ConsumerGroup, entries: readonly StreamEntry[]) => void;
  /** Reading goes on after it could not: entries may have been delivered that never came. */
  readonly onRecovered: () => Promise<void>;
  readonly logger: Logger;
}

/** The longest that one read waits: after that the connection has proved to be alive. */
export const readBlockMs = 5_000;
const pauseMs = 250;

/** Reads new entries for as long as it is not stopped, whatever happens to the server. */
export class StreamReader {
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly parts: StreamReaderParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Cuts a read that waits. What was delivered at that moment stays pending. */
  async stop(): Promise<void> {
    this.stopped = true;
    await closeRedis(this.parts.redis);
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.readOnce();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private async readOnce(): Promise<void> {
    const { groups, redis, room, onEntries } = this.parts;
    const count = await room();
    if (this.stopped) return;
    const entries = await readNew(redis, groups, { count, blockMs: readBlockMs });
    for (const group of groups) {
      const read = entries.get(group.identity.stream);
      if (read) onEntries(group, read);
    }
  }

  /** Never throws: what fails here fails again at the next read, and comes back. */
  private async recover(error: unknown): Promise<void> {
    if (this.stopped) return;
    try {
      if (isGroupLost(error)) await this.recreateGroups();
      else await this.waitForServer(error);
      await this.parts.onRecovered();
    } catch (again) {
      if (!isRedisUnavailable(again)) this.parts.logger.error(again);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  private async recreateGroups(): Promise<void> {
    const { groups, logger } = this.parts;
    const streams = groups.map(({ identity }) => identity.stream).join(', ');
    logger.warn(`A consumer group on ${streams} is gone; reading again from the stream's start`);
    for (const group of groups) await group.ensure();
  }

  private async waitForServer(error: unknown): Promise<void> {
    if (isRedisUnavailable(error)) reconnect(this.parts.redis);
    else this.parts.logger.error(error);
    await sleep(pauseMs * (0.5 + Math.random()));
    if (!this.stopped) await whenReady(this.parts.redis, readBlockMs);
  }
}

/** The stream or the group vanished: a flush, a restart without persistence, somebody's hand. */
function isGroupLost(error: unknown): boolean {
  return error instanceof Error && /^(NOGROUP|UNBLOCKED)\b/.test(error.message);
}
