import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type LockManager, LockTimeoutError } from '@trilith/locks';

import type { MonthlyPartitions } from './monthly-partitions.js';

const LOCK = 'users:activity-partitions';

/** How often a {@link ActivityPartitionsKeeper} looks, in milliseconds. */
export interface KeeperTiming {
  readonly everyMs: number;
  /** After a failure. */
  readonly retryMs: number;
}

/**
 * Keeps the partitions of account activity while the service runs: at its start and then every hour,
 * one replica at a time. Months are made long before they are needed, so that an outage of hours,
 * of the database or of Redis, does no harm.
 */
@Injectable()
export class ActivityPartitionsKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ActivityPartitionsKeeper.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly partitions: Pick<MonthlyPartitions, 'maintain'>,
    private readonly locks: Pick<LockManager, 'withLock'>,
    private readonly timing: KeeperTiming = { everyMs: 3_600_000, retryMs: 60_000 },
    private readonly now: () => Date = () => new Date(),
  ) {}

  onApplicationBootstrap(): void {
    this.work = this.keep();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.work;
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const isDone = await this.attempt();
      const ms = isDone ? this.timing.everyMs : this.timing.retryMs;
      // At random, or replicas that started together would meet at the lock for ever.
      await sleep(ms * (0.8 + Math.random() * 0.4), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether the partitions are right now. Never throws: it is tried again. */
  private async attempt(): Promise<boolean> {
    const { signal } = this.stopped;
    try {
      await this.locks.withLock(LOCK, { ttlMs: 30_000, waitMs: 0, signal }, async (lease) => {
        const until = AbortSignal.any([signal, lease.signal]);
        const { created, retired } = await this.partitions.maintain(this.now(), until);
        if (created.length > 0) this.logger.log(`made ${created.join(', ')}`);
        if (retired.length > 0) this.logger.log(`retired ${retired.join(', ')}`);
      });
      return true;
    } catch (error) {
      // Another replica is at it. Had it failed, it would try again; so does this one, later.
      if (error instanceof LockTimeoutError) return true;
      if (!signal.aborted) this.logger.warn({ err: error }, 'partitions could not be kept');
      return false;
    }
  }
}
