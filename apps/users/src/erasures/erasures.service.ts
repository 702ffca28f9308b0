import { randomUUID } from 'node:crypto';

import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';

import { ClosingAccounts } from '../account-closing/closing-accounts.js';
import { ErasureNotFoundError } from './erasures.errors.js';
import { erasedEvent } from './erasures.messages.js';
import { ErasuresRepository } from './erasures.repository.js';
import type { Erasure } from './erasure.entity.js';

/** Rules of being forgotten. */
@Injectable()
export class ErasuresService {
  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly accounts: ClosingAccounts,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Begins to erase an account, which from then on nobody can sign in to or see, and which cannot be had
   * back. The event makes every service erase its part, this one among them.
   *
   * @param unusableHash of a password that nobody has
   * @throws AccountNotFoundError
   * @throws LastAdminError
   */
  async begin(accountId: string, unusableHash: string): Promise<Erasure> {
    const erasureId = randomUUID();
    await this.transaction.withTransaction(async () => {
      await this.accounts.markErased(accountId, unusableHash);
      await this.erasures.insert({ erasureId, accountId });
      await this.outbox.add(erasedEvent({ erasureId, accountId }));
    });
    return this.find(erasureId);
  }

  /** @throws ErasureNotFoundError */
  async find(erasureId: string): Promise<Erasure> {
    const erasure = await this.erasures.find(erasureId);
    if (!erasure) throw new ErasureNotFoundError();
    return erasure;
  }

  /** Asks the services again whose erasures they were asked for before a time; tells how many. */
  async askAgain(before: Date, limit: number): Promise<number> {
    return this.transaction.withTransaction(async () => {
      const overdue = await this.erasures.claimOverdue(before, limit);
      await this.outbox.addAll(overdue.map(erasedEvent));
      return overdue.length;
    });
  }
}
