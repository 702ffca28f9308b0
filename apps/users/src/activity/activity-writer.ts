import { readFileSync } from 'node:fs';

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { isStoreFailure } from '@trilith/service';
import type { Pool } from 'pg';

import type { ActivityEvent } from './activity-event.js';
import { ActivityOverloadedError } from './activity.errors.js';

const INSERT = readFileSync(new URL('./insert-activity.sql', import.meta.url), 'utf8');
/** SQLSTATE of a row that no partition takes, and of one that breaks a check. */
const REFUSED = '23514';

/** Bounds of an {@link ActivityWriter}. */
export interface ActivityWriterBounds {
  /** Most events that one statement stores; 1,000 by default. */
  readonly batch: number;
  /** Most events that wait to be stored; 20,000 by default. */
  readonly waiting: number;
}

interface Waiting {
  readonly event: ActivityEvent;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Stores events of activity in batches, by group commit: the first event is stored at once, and what
 * comes while that is under way is the next batch. Nothing waits for a timer, and the busier it is,
 * the larger are the batches.
 *
 * Promised: when `record` resolves, the event is committed, so that a message is acknowledged and a
 * request answered only then. An event whose `record` had not resolved when the process died may be
 * there or not; stored again under its id, it is there once.
 */
@Injectable()
export class ActivityWriter implements OnApplicationShutdown {
  private readonly logger = new Logger(ActivityWriter.name);
  private waiting: Waiting[] = [];
  private work: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly bounds: ActivityWriterBounds = { batch: 1_000, waiting: 20_000 },
  ) {}

  /**
   * Resolves when the event is stored, or is known to have no place: its account is gone, or its
   * month is no longer kept or not yet made, which is logged.
   *
   * @throws ActivityOverloadedError
   * @throws the database's own error
   */
  async record(event: ActivityEvent): Promise<void> {
    if (this.waiting.length >= this.bounds.waiting) throw new ActivityOverloadedError();
    return new Promise((done, failed) => {
      this.waiting.push({ event, done, failed });
      this.work ??= this.storeAll();
    });
  }

  /** Stores what waits. */
  async onApplicationShutdown(): Promise<void> {
    await this.work;
  }

  private async storeAll(): Promise<void> {
    // What the same turn of the event loop brings belongs together already.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, this.bounds.batch);
      this.waiting = this.waiting.slice(batch.length);
      await this.store(batch);
    }
    // In the same turn as the look at what waits: whoever comes next begins anew.
    this.work = undefined;
  }

  private async store(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.insert(batch.map(({ event }) => event));
      for (const { done } of batch) done();
    } catch (error) {
      // A store that is away is away for all of them; else one event must not fail the others.
      if (isStoreFailure(error)) for (const { failed } of batch) failed(error);
      else for (const each of batch) await this.storeAlone(each);
    }
  }

  private async storeAlone({ event, done, failed }: Waiting): Promise<void> {
    try {
      await this.insert([event]);
      done();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== REFUSED) return failed(error);
      const { id, kind, occurredAt } = event;
      this.logger.warn({ id, kind, occurredAt, err: error }, 'an event has no place');
      done();
    }
  }

  private async insert(events: readonly ActivityEvent[]): Promise<void> {
    await this.pool.query(INSERT, [
      events.map(({ id }) => id),
      events.map(({ accountId }) => accountId),
      events.map(({ kind }) => kind),
      events.map(({ details }) => JSON.stringify(details)),
      events.map(({ occurredAt }) => occurredAt.toISOString()),
    ]);
  }
}
