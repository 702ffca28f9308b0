import { Inject, Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterMongoose } from '@nestjs-cls/transactional-adapter-mongoose';
import { Outbox } from '@trilith/messaging';
import type { ClientSession } from 'mongoose';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { DatabaseBusyError } from './database.errors.js';
import { KeyedMutex } from './keyed-mutex.js';

/** How a piece of work is run in a transaction. */
export interface TransactionOptions {
  /**
   * What the work changes that many others change too, such as a post's id. Work on one such thing
   * runs one after another within this process: MongoDB lets one transaction at a time change a
   * document and sends all others back to start again, which on a busy one is most of them.
   */
  readonly contendedOn?: string;
}

/** Work in a transaction. Events added to the outbox are published when, and if, it commits. */
export type TransactionWork<T> = (outbox: Outbox) => Promise<T>;

/** Runs work in transactions of MongoDB and tells queries which one they are in. */
@Injectable()
export class Transactions {
  private readonly mutex = new KeyedMutex();
  private readonly timeoutMs: number;

  constructor(
    private readonly host: TransactionHost<TransactionalAdapterMongoose>,
    private readonly outbox: Outbox,
    @Inject(CONTENT_CONFIG) config: ContentConfig,
  ) {
    this.timeoutMs = config.database.transactionTimeoutMs;
  }

  /** The session of the transaction that the caller is in; undefined outside of one. */
  get session(): ClientSession | undefined {
    return this.host.tx ?? undefined;
  }

  /**
   * Runs `work` in one transaction, committed by a majority when this resolves; work that is in a
   * transaction already joins it. A transaction that lost against another is tried again by the
   * driver, so `work` may run several times: whatever it does must go through this database.
   * @throws {DatabaseBusyError} when it was not committed in time. It may still be.
   */
  async run<T>(work: TransactionWork<T>, { contendedOn }: TransactionOptions = {}): Promise<T> {
    if (this.host.isTransactionActive()) return work(this.outbox);
    const deadline = performance.now() + this.timeoutMs;
    const transaction = async (): Promise<T> =>
      this.host.withTransaction(async () => {
        // The driver tries again after MongoDB's errors only: this one ends it.
        if (performance.now() > deadline) throw new DatabaseBusyError(this.timeoutMs);
        return work(this.outbox);
      });
    return this.inTime(
      contendedOn === undefined ? transaction() : this.mutex.run(contendedOn, transaction),
    );
  }

  /** The driver alone would go on asking about a commit without an answer for two minutes. */
  private async inTime<T>(work: Promise<T>): Promise<T> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new DatabaseBusyError(this.timeoutMs)), this.timeoutMs);
    try {
      return await Promise.race([work, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
