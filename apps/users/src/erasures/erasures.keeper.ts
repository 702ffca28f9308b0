import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type LockManager, LockTimeoutError } from '@trilith/locks';

import type { ErasuresRepository } from './erasures.repository.js';
import type { ErasuresService } from './erasures.service.js';

const LOCK = 'users:erasures';
const BATCH = 100;
/** How long a completed erasure can be looked at. */
const KEPT_MS = 90 * 86_400_000;

/**
 * Sees to it that erasures come to their end, whatever died or was lost on the way: asks the services
 * again until each has confirmed its part. One replica at a time.
 */
@Injectable()
export class ErasuresKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ErasuresKeeper.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();

  /** @param askAgainMs after how long services are asked again, in milliseconds */
  constructor(
    private readonly erasures: Pick<ErasuresService, 'askAgain'>,
    private readonly repository: Pick<ErasuresRepository, 'forget'>,
    private readonly locks: Pick<LockManager, 'withLock'>,
    private readonly askAgainMs: number,
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
      await this.attempt();
      // At random, or replicas that started together would meet at the lock for ever.
      const ms = this.askAgainMs * (0.4 + Math.random() * 0.2);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  private async attempt(): Promise<void> {
    const { signal } = this.stopped;
    try {
      await this.locks.withLock(LOCK, { ttlMs: 30_000, waitMs: 0, signal }, async (lease) =>
        this.lookAfter(AbortSignal.any([signal, lease.signal])),
      );
    } catch (error) {
      // Another replica is at it; had it failed, it or this one would try again.
      if (error instanceof LockTimeoutError || signal.aborted) return;
      this.logger.warn({ err: error }, 'erasures could not be looked after');
    }
  }

  private async lookAfter(signal: AbortSignal): Promise<void> {
    const overdue = new Date(Date.now() - this.askAgainMs);
    let asked = BATCH;
    while (asked === BATCH && !signal.aborted) {
      asked = await this.erasures.askAgain(overdue, BATCH);
      if (asked > 0) this.logger.log(`asked again for ${asked} erasures`);
    }
    await this.repository.forget(new Date(Date.now() - KEPT_MS));
  }
}
