import { setTimeout as sleep } from 'node:timers/promises';

import { TransactionHost } from '@nestjs-cls/transactional';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { accountCreated } from '@trilith/contracts';
import { Outbox, type OutgoingEvent } from '@trilith/messaging';

import { ImportsRepository } from './imports.repository.js';
import { type MergedRow, MergeRepository } from './merge.repository.js';

/** Rows that become accounts in one transaction: it stays well below a statement's deadline. */
const BATCH = 1_000;
const IDLE_MS = 1_000;
/** Nothing was sent for so long: what was staged is dropped. */
const FORGOTTEN_AFTER_DAYS = 7;

/**
 * Makes accounts of imports that have arrived as a whole, while the service runs. Each batch is one
 * transaction: accounts, profiles, the events about them, the report and the place where the next
 * batch begins. So any replica may be killed, and any other goes on.
 */
@Injectable()
export class ImportsMerger implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ImportsMerger.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(
    private readonly imports: ImportsRepository,
    private readonly merging: MergeRepository,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  onApplicationBootstrap(): void {
    this.work = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    this.wake();
    await this.work;
  }

  /** There is something to do: look at once. */
  hurry(): void {
    this.wake();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const isBusy = await this.attempt();
      if (!isBusy && !signal.aborted) await this.rest(IDLE_MS * (0.8 + Math.random() * 0.4));
    }
  }

  /** Whether there was something to do. Never throws: it is tried again. */
  private async attempt(): Promise<boolean> {
    try {
      if (await this.step()) return true;
      await this.imports.cancelForgotten(FORGOTTEN_AFTER_DAYS);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.logger.warn({ err: error }, 'an import is held up');
    }
    return false;
  }

  /** One batch of one import. @returns false when there is none */
  private async step(): Promise<boolean> {
    return this.transaction.withTransaction(async () => {
      const next = await this.merging.lockNext();
      if (next === undefined) return false;
      const isOver =
        next.state === 'merging'
          ? (await this.merge(next.id)) === 0
          : (await this.merging.dropStaged(next.id, BATCH)) === 0;
      if (isOver) await this.merging.finish(next.id);
      return true;
    });
  }

  private async merge(importId: string): Promise<number> {
    const rows = await this.merging.merge(importId, BATCH);
    if (rows.length === 0) return 0;
    await this.outbox.addAll(rows.filter(({ added }) => added).map(createdEvent));
    await this.merging.settle(importId, rows);
    return rows.length;
  }

  private async rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await sleep(ms, undefined, { signal: woken.signal }).catch(() => undefined);
    this.wake = () => undefined;
  }
}

/** As signing up tells it. */
function createdEvent(row: MergedRow): OutgoingEvent {
  const { accountId, username, displayName, avatarUrl, version, createdAt } = row;
  const payload = {
    accountId,
    username,
    displayName,
    avatarUrl,
    version: version ?? 1,
    createdAt: (createdAt ?? new Date()).toISOString(),
  };
  return { topic: accountCreated, key: accountId, payload };
}
