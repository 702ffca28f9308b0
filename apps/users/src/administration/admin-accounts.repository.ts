import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import { defineList, type Positioned, selectPage, type Slice } from '@trilith/pagination';

import type { AccountRole } from '../accounts/account.entity.js';

/** All accounts, newest first. */
export const ACCOUNTS_NEWEST = defineList('admin:accounts:newest', {
  createdAt: 'desc',
  id: 'desc',
});

/** An account as it is listed. */
export interface ListedAccount {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: AccountRole;
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
  readonly deactivatedAt: Date | null;
  readonly lockReason: 'guessing' | 'admin' | null;
  readonly lockedUntil: Date | null;
}

/** Which accounts. */
export interface AccountFilter {
  readonly q?: string | undefined;
  readonly state?: 'locked' | 'deactivated' | 'admin' | undefined;
}

/** Each is the condition of a partial index. */
const STATES = {
  locked: 'account.lock_reason IS NOT NULL',
  deactivated: 'account.deactivated_at IS NOT NULL',
  admin: `account.role = 'admin'`,
};

const ACCOUNT = {
  select: {
    id: 'account.id',
    email: 'account.email',
    username: 'account.username',
    displayName: 'profile.display_name',
    role: 'account.role',
    emailVerifiedAt: 'account.email_verified_at',
    createdAt: 'account.created_at',
    lastSignedInAt: 'account.last_signed_in_at',
    deactivatedAt: 'account.deactivated_at',
    lockReason: 'account.lock_reason',
    lockedUntil: 'account.locked_until',
  },
  from: 'accounts AS account JOIN profiles AS profile ON profile.account_id = account.id',
  keys: {
    createdAt: { sql: 'account.created_at', type: 'timestamptz' },
    id: { sql: 'account.id', type: 'uuid' },
  },
};

/** Queries of those who administrate. */
@Injectable()
export class AdminAccountsRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /** Whether the account is an admin that can be used. */
  async isAdmin(accountId: string): Promise<boolean> {
    const rows = await this.transaction.tx.query<unknown[]>(
      `SELECT FROM accounts
        WHERE id = $1 AND role = 'admin' AND erased_at IS NULL AND deactivated_at IS NULL
          AND lock_reason IS DISTINCT FROM 'admin'`,
      [accountId],
    );
    return rows.length > 0;
  }

  /** A part of {@link ACCOUNTS_NEWEST}. */
  async page(filter: AccountFilter, slice: Slice): Promise<Positioned<ListedAccount>[]> {
    const { where, values } = conditionOf(filter);
    const page = selectPage({ ...ACCOUNT, where }, slice, values);
    return this.transaction.tx.query<Positioned<ListedAccount>[]>(page.text, page.values);
  }

  async find(accountId: string): Promise<ListedAccount | undefined> {
    const columns = Object.entries(ACCOUNT.select).map(([name, sql]) => `${sql} AS "${name}"`);
    const rows = await this.transaction.tx.query<ListedAccount[]>(
      `SELECT ${columns.join(', ')} FROM ${ACCOUNT.from}
        WHERE account.id = $1 AND account.erased_at IS NULL`,
      [accountId],
    );
    return rows[0];
  }

  /** Tells whether there is such an account. */
  async setRole(accountId: string, role: AccountRole): Promise<boolean> {
    const [, changed] = await this.transaction.tx.query<[unknown[], number]>(
      'UPDATE accounts SET role = $2 WHERE id = $1 AND erased_at IS NULL',
      [accountId, role],
    );
    return changed === 1;
  }
}

function conditionOf({ q, state }: AccountFilter): { where: string; values: string[] } {
  const conditions = ['account.erased_at IS NULL'];
  if (state !== undefined) conditions.push(STATES[state]);
  if (q === undefined) return { where: conditions.join(' AND '), values: [] };
  if (q.includes('@'))
    return { where: [...conditions, 'account.email = $1'].join(' AND '), values: [q] };
  const pattern = `${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return { where: [...conditions, 'account.username LIKE $1'].join(' AND '), values: [pattern] };
}
