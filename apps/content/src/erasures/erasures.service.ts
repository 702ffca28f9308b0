import { Inject, Injectable } from '@nestjs/common';

import { AuthorsService } from '../authors/authors.service.js';
import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { Transactions } from '../database/transactions.js';
import { AuthorContent } from './author-content.js';
import type { OnStep } from './on-step.js';
import { confirmedEvent, type ErasedAccount, sweptEvent } from './erasures.messages.js';

/** For the clocks of two machines. */
const TOLERANCE_MS = 5_000;

/**
 * Erases what an account wrote and did here, in two sweeps: the account is refused from the first one on,
 * but what it was just writing may still be committed after that.
 */
@Injectable()
export class ErasuresService {
  private readonly longestWriteMs: number;

  constructor(
    private readonly authors: AuthorsService,
    private readonly content: AuthorContent,
    private readonly transactions: Transactions,
    @Inject(CONTENT_CONFIG) config: ContentConfig,
  ) {
    this.longestWriteMs = config.database.transactionTimeoutMs + TOLERANCE_MS;
  }

  /** @param onStep called after each step, so that whoever waits sees that it goes on */
  async begin(erased: ErasedAccount, onStep: OnStep): Promise<void> {
    const erasedAt = await this.authors.erase(erased.accountId);
    await this.content.removeAll(erased.accountId, onStep);
    const isWritten = new Date(erasedAt.getTime() + this.longestWriteMs);
    if (isWritten <= new Date()) return this.confirm(erased);
    await this.transactions.run(async (outbox) => outbox.add(sweptEvent(erased, isWritten)));
  }

  /** The second sweep, which nothing can come after. */
  async finish(erased: ErasedAccount, onStep: OnStep): Promise<void> {
    await this.content.removeAll(erased.accountId, onStep);
    await this.confirm(erased);
  }

  private async confirm(erased: ErasedAccount): Promise<void> {
    await this.transactions.run(async (outbox) => outbox.add(confirmedEvent(erased)));
  }
}
