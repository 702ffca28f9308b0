import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type LockManager, LockTimeoutError } from '@trilith/locks';

import type { SessionsRepository } from './sessions.repository.js';

const LOCK = 'users:expired-sessions';
const EVERY_MS = 3_600_000;
/** So many at a time: a statement that deletes more would hold its locks for long. */
const BATCH = 1_000;

/** Deletes sessions that are over, every hour, one replica at a time. */
@Injectable()
export class ExpiredSessionsKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ExpiredSessionsKeeper.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly sessions: Pick<SessionsRepository, 'endExpired' | 'lifetimes'>,
    private readonly locks: Pick<LockManager, 'withLock'>,
    private readonly batch: number = BATCH,
  ) {}

  onApplicationBootstrap(): void {
    this.work = this.keep();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.work;
  }

  /** Deletes what is over at `now`, until told to stop. */
  async endExpired(now: Date, signal: AbortSignal): Promise<void> {
    const lowestLiveId = lowestIdOf(now.getTime() - this.sessions.lifetimes.totalMs);
    let ended: number;
    do ended = await this.sessions.endExpired(lowestLiveId, this.batch);
    while (ended === this.batch && !signal.aborted);
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.attempt();
      // At random, or replicas that started together would meet at the lock for ever.
      const ms = EVERY_MS * (0.8 + Math.random() * 0.4);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Never throws: an hour later it is tried again, and nobody is let in by a session that is over. */
  private async attempt(): Promise<void> {
    const { signal } = this.stopped;
    try {
      await this.locks.withLock(LOCK, { ttlMs: 30_000, waitMs: 0, signal }, (lease) =>
        this.endExpired(new Date(), AbortSignal.any([signal, lease.signal])),
      );
    } catch (error) {
      if (error instanceof LockTimeoutError || signal.aborted) return;
      this.logger.warn({ err: error }, 'sessions that are over could not be deleted');
    }
  }
}

/** The lowest UUID version 7 of a time: what was made before is lower. */
function lowestIdOf(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
