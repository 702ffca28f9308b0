import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type LockManager, LockTimeoutError } from '@trilith/locks';

import type { OneTimeTokens } from '../one-time-tokens/one-time-tokens.js';
import type { MailsRepository } from './mails.repository.js';

const LOCK = 'users:mails';
const EVERY_MS = 3_600_000;
/** Settled mails hold an address: long enough to find out what became of one, and no longer. */
const KEPT_MS = 7 * 86_400_000;
const BATCH = 1_000;

/** Forgets mails and tokens that have had their day, every hour, one replica at a time. */
@Injectable()
export class MailsKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(MailsKeeper.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly mails: Pick<MailsRepository, 'forget'>,
    private readonly tokens: Pick<OneTimeTokens, 'forget'>,
    private readonly locks: Pick<LockManager, 'withLock'>,
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
      const ms = EVERY_MS * (0.8 + Math.random() * 0.4);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  private async attempt(): Promise<void> {
    const { signal } = this.stopped;
    try {
      await this.locks.withLock(LOCK, { ttlMs: 30_000, waitMs: 0, signal }, async (lease) =>
        this.forget(AbortSignal.any([signal, lease.signal])),
      );
    } catch (error) {
      // Another replica is at it, or will be: nothing depends on the hour.
      if (error instanceof LockTimeoutError || signal.aborted) return;
      this.logger.warn({ err: error }, 'old mails could not be forgotten');
    }
  }

  private async forget(signal: AbortSignal): Promise<void> {
    const before = new Date(Date.now() - KEPT_MS);
    await this.tokens.forget(before);
    let forgotten = BATCH;
    while (forgotten === BATCH && !signal.aborted) {
      forgotten = await this.mails.forget(before, BATCH);
    }
  }
}
