import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';
import type { SeenVersions } from '@trilith/service';
import { v7 as uuidv7 } from 'uuid';

import { PasswordHasher } from '../credentials/password-hasher.js';
import type { Account } from './account.entity.js';
import { AccountNotFoundError } from './accounts.errors.js';
import { createdEvent, updatedEvent } from './accounts.messages.js';
import { AccountsRepository } from './accounts.repository.js';
import type { AccountChange } from './dto/account-change.dto.js';
import type { SignUp } from './dto/sign-up.dto.js';

/** Rules of accounts. What others must hear of goes into the outbox in the same transaction. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passwords: PasswordHasher,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Opens an account.
   *
   * @throws EmailTakenError
   * @throws UsernameTakenError
   */
  async signUp({ password, ...person }: SignUp): Promise<Account> {
    // Hashed before the transaction: it takes long, and would keep a connection idle.
    const passwordHash = await this.passwords.hash(password);
    const draft = { id: uuidv7(), passwordHash, ...person };
    return this.transaction.withTransaction(async () => {
      const account = await this.accounts.insert(draft);
      await this.outbox.add(createdEvent(account));
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
}

/** Says whether anything is different now. */
function applyChange({ profile }: Account, change: AccountChange): boolean {
  const { displayName = profile.displayName, avatarUrl = profile.avatarUrl } = change;
  const changed = displayName !== profile.displayName || avatarUrl !== profile.avatarUrl;
  Object.assign(profile, { displayName, avatarUrl });
  return changed;
}
