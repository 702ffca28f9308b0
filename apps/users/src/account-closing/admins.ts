import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';

import { LastAdminError } from './closing.errors.js';

/** In the order of their ids, so that of several who lock them none waits for one that waits for it. */
const LOCK_ADMINS = `
  SELECT id FROM accounts
   WHERE role = 'admin' AND erased_at IS NULL AND deactivated_at IS NULL
     AND lock_reason IS DISTINCT FROM 'admin'
   ORDER BY id
     FOR UPDATE`;

/** Sees to it that there is always somebody who can administrate. */
@Injectable()
export class Admins {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /**
   * Before anything else in a transaction that takes an account out of use, or its role: two admins who do
   * that to each other at the same time come one after the other here.
   *
   * @throws LastAdminError when the account is the only admin that can be used
   */
  async requireAnotherThan(accountId: string): Promise<void> {
    const admins = await this.transaction.tx.query<{ id: string }[]>(LOCK_ADMINS);
    const isOnly = admins.length === 1 && admins[0]?.id === accountId;
    if (isOnly) throw new LastAdminError();
  }
}
