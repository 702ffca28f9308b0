import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';
import type { SeenVersions } from '@trilith/service';

import { Mails } from '../mail/mails.js';
import type { Account } from './account.entity.js';
import { AccountNotFoundError } from './accounts.errors.js';
import { createdEvent, updatedEvent } from './accounts.messages.js';
import { type AccountDraft, AccountsRepository } from './accounts.repository.js';
import type { AccountChange } from './dto/account-change.dto.js';

/** Rules of accounts. What others must hear of goes into the outbox in the same transaction. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly mails: Mails,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Stores a new account, and asks for the mail that confirms its address.
   *
   * @throws EmailTakenError
   * @throws UsernameTakenError
   */
  async open(draft: AccountDraft): Promise<Account> {
    return this.transaction.withTransaction(async () => {
      const account = await this.accounts.insert(draft);
      const { id: accountId, email: recipient } = account;
      await this.outbox.add(createdEvent(account));
      await this.mails.add({ kind: 'verify_email', recipient, accountId });
      return account;
    });
  }

  /** @throws AccountNotFoundError */
  async get(accountId: string): Promise<Account> {
    const account = await this.accounts.findById(accountId);
    if (!account) throw new AccountNotFoundError(accountId);
    return account;
  }

  /**
   * Changes what an account shows, of one of the versions that the caller has seen where told which. The row is locked while it changes, so that of two changes at
   * once the second builds on the first. A change that changes nothing is not told to anybody.
   *
   * @throws AccountNotFoundError
   * @throws PreconditionFailedError
   */
  async change(accountId: string, change: AccountChange, seen?: SeenVersions): Promise<Account> {
    return this.transaction.withTransaction(async () => {
      const account = await this.accounts.findByIdForUpdate(accountId);
      if (!account) throw new AccountNotFoundError(accountId);
      seen?.mustInclude(account.version);
      if (!applyChange(account, change)) return account;
      await this.accounts.saveProfile(account);
      await this.outbox.add(updatedEvent(account));
      return account;
    });
  }

  /**
   * Gives an account another username, by which it signs in from then on. The one before is free for
   * anybody at once.
   *
   * @throws AccountNotFoundError
   * @throws UsernameTakenError
   */
  async rename(accountId: string, username: string): Promise<Account> {
    return this.transaction.withTransaction(async () => {
      const account = await this.accounts.findByIdForUpdate(accountId);
      if (!account) throw new AccountNotFoundError(accountId);
      if (account.username === username) return account;
      account.username = username;
      await this.accounts.saveUsername(account);
      await this.outbox.add(updatedEvent(account));
      return account;
    });
  }
}

/** Says whether anything is different now. */
function applyChange({ profile }: Account, change: AccountChange): boolean {
  const { displayName = profile.displayName, avatarUrl = profile.avatarUrl } = change;
  const changed = displayName !== profile.displayName || avatarUrl !== profile.avatarUrl;
  Object.assign(profile, { displayName, avatarUrl });
  return changed;
}
