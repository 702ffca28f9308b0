import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Lease } from '@trilith/locks';

import type { AccountStatsRefresher } from './account-stats.refresher.js';
import { RefreshRunningError } from './reports.errors.js';

/** Refreshes account_stats while the service runs, on a schedule and when somebody asks. */
@Injectable()
export class AccountStatsKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AccountStatsKeeper.name);
  private readonly stopped = new AbortController();
  private readonly work = new Set<Promise<void>>();

  /** @param everyMs how old the view may get, in milliseconds */
  constructor(
    private readonly refresher: Pick<AccountStatsRefresher, 'acquire' | 'refresh'>,
    private readonly everyMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.track(this.keep());
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.work);
  }

  /**
   * Begins a refresh and does not wait for its end; what becomes of it is in the log and in the age of
   * the view.
   *
   * @throws RefreshRunningError
   */
  async begin(): Promise<void> {
    const lease = await this.refresher.acquire();
    if (!lease) throw new RefreshRunningError();
    this.track(this.refresh(lease, 0));
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.refreshIfDue();
      // At random, or replicas that started together would meet at the lock for ever.
      const ms = this.everyMs * (0.2 + Math.random() * 0.1);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  private async refreshIfDue(): Promise<void> {
    try {
      const lease = await this.refresher.acquire();
      if (lease) await this.refresh(lease, this.everyMs);
    } catch (error) {
      this.warn(error);
    }
  }

  private async refresh(lease: Lease, ifOlderThanMs: number): Promise<void> {
    try {
      await this.refresher.refresh(lease, { ifOlderThanMs, signal: this.stopped.signal });
    } catch (error) {
      this.warn(error);
    } finally {
      // Should Redis be away, the lease ends by itself.
      await lease.release().catch(() => undefined);
    }
  }

  /** It is tried again, and until then the age tells. */
  private warn(error: unknown): void {
    if (this.stopped.signal.aborted) return;
    this.logger.warn({ err: error }, 'account_stats could not be refreshed');
  }

  private track(work: Promise<void>): void {
    this.work.add(work);
    void work.finally(() => this.work.delete(work));
  }
}
