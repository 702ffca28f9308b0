import { Injectable } from '@nestjs/common';

import { AccountViews } from '../accounts/account-views.js';
import { ErasuresRepository, type OpenErasure } from './erasures.repository.js';

/** Small enough to take a fraction of a statement's deadline, and to hold no lock for long. */
const BATCH = 2_000;

/** Erases what this service has of an account. */
@Injectable()
export class AccountEraser {
  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly views: AccountViews,
  ) {}

  /**
   * Batch by batch, so that it may be cut off anywhere: who begins anew goes on where it was.
   *
   * @param onBatch called after each, so that whoever waits sees that it goes on
   */
  async erase({ erasureId, accountId }: OpenErasure, onBatch: () => Promise<void>): Promise<void> {
    let deleted = BATCH;
    while (deleted === BATCH) {
      deleted = await this.erasures.deleteActivity(accountId, BATCH);
      await onBatch();
    }
    // What an event of activity brought in between goes with the account; later ones find none.
    await this.erasures.deleteAccount(accountId);
    await this.views.forget(accountId);
    await this.erasures.confirm(erasureId, 'users');
  }
}
