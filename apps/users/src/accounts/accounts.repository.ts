import { readFileSync } from 'node:fs';

import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import {
  type EntityManager,
  IsNull,
  type QueryDeepPartialEntity,
  type SelectQueryBuilder,
} from 'typeorm';

import { violatedConstraint } from '../database/constraint-violation.js';
import { Account } from './account.entity.js';
import { EmailTakenError, UsernameTakenError } from './accounts.errors.js';
import { Profile } from './profile.entity.js';

const READ_ACCOUNT = readFileSync(new URL('./read-account.sql', import.meta.url), 'utf8');

/** A row of read-account.sql. */
type AccountRow = Omit<Account, 'passwordHash' | 'profile'> &
  Omit<Profile, 'accountId' | 'metadata'>;

/** What a new account starts with. Names are in lower case already. */
export interface AccountDraft {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly displayName: string;
}

/** Whose password was checked, and what it was checked against. */
export interface Credentials {
  readonly accountId: string;
  readonly passwordHash: string;
}

/** Queries on accounts and their profiles, inside the caller's transaction where there is one. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /**
   * Stores a new account with its profile. The unique indexes decide between contenders.
   *
   * @throws EmailTakenError
   * @throws UsernameTakenError
   */
  async insert({ id, displayName, ...draft }: AccountDraft): Promise<Account> {
    const account = this.manager.create(Account, { id, ...draft });
    await this.manager.insert(Account, account).catch(rethrowTaken);
    account.profile = this.manager.create(Profile, {
      accountId: id,
      displayName,
      avatarUrl: null,
      bio: null,
      preferences: {},
    });
    await this.manager.insert(Profile, account.profile);
    return account;
  }

  async findById(id: string): Promise<Account | null> {
    const [row] = await this.manager.query<AccountRow[]>(READ_ACCOUNT, [id]);
    return row ? toAccount(row) : null;
  }

  /**
   * Reads an account and keeps everybody else from changing it until the transaction ends. Both rows
   * are locked: whoever waits for a lock then sees the latest version of a locked row, but of a row
   * that is only joined the one from before the wait.
   */
  findByIdForUpdate(id: string): Promise<Account | null> {
    return this.withProfile()
      .where('account.id = :id', { id })
      .setLock('pessimistic_write')
      .getOne();
  }

  findWithMetadata(id: string): Promise<Account | null> {
    return this.withMetadata().where('account.id = :id', { id }).getOne();
  }

  /** As {@link findByIdForUpdate}. */
  findWithMetadataForUpdate(id: string): Promise<Account | null> {
    return this.withMetadata()
      .where('account.id = :id', { id })
      .setLock('pessimistic_write')
      .getOne();
  }

  findCredentialsById(accountId: string): Promise<Credentials | undefined> {
    return this.manager
      .createQueryBuilder(Account, 'account')
      .select('account.id', 'accountId')
      .addSelect('account.passwordHash', 'passwordHash')
      .where({ id: accountId, erasedAt: IsNull() })
      .getRawOne<Credentials>();
  }

  /**
   * Stores a changed profile, but for metadata that was not read, and raises the account's version with
   * it.
   */
  async saveProfile(account: Account): Promise<void> {
    const { accountId, ...fields } = account.profile;
    await this.manager
      .createQueryBuilder()
      .update(Profile)
      .set(fields)
      .where({ accountId })
      .execute();
    await this.raiseVersion(account);
  }

  /** Replaces a hash, unless the password was changed in between; tells whether it did. */
  async replacePasswordHash(known: Credentials, passwordHash: string): Promise<boolean> {
    const unchanged = { id: known.accountId, passwordHash: known.passwordHash };
    const { affected } = await this.manager.update(Account, unchanged, { passwordHash });
    return affected === 1;
  }

  /** Replaces the password of an account whose row is locked. */
  async setPasswordHash(accountId: string, passwordHash: string): Promise<void> {
    await this.manager.update(Account, { id: accountId }, { passwordHash });
  }

  /** Notes that whoever has the account reads the mail of its address. */
  async markEmailVerified(accountId: string): Promise<void> {
    const unverified = { id: accountId, emailVerifiedAt: IsNull() };
    await this.manager.update(Account, unverified, { emailVerifiedAt: () => 'clock_timestamp()' });
  }

  /** @throws EmailTakenError */
  async replaceEmail(accountId: string, email: string): Promise<void> {
    const change = { email, emailVerifiedAt: () => 'clock_timestamp()' };
    await this.manager.update(Account, { id: accountId }, change).catch(rethrowTaken);
  }

  /**
   * Renames the account, and raises its version with it.
   *
   * @throws UsernameTakenError
   */
  async saveUsername(account: Account): Promise<void> {
    await this.raiseVersion(account, { username: account.username }).catch(rethrowTaken);
  }

  /** Tells whether there is such an account. */
  async markDeactivated(accountId: string): Promise<boolean> {
    const change = { deactivatedAt: () => 'clock_timestamp()' };
    return this.close(accountId, change);
  }

  /** Tells whether there is such an account, which is there for nobody then. */
  async markErased(accountId: string, unusableHash: string): Promise<boolean> {
    const change = { erasedAt: () => 'clock_timestamp()', passwordHash: unusableHash };
    return this.close(accountId, change);
  }

  private async close(
    accountId: string,
    change: QueryDeepPartialEntity<Account>,
  ): Promise<boolean> {
    const open = { id: accountId, erasedAt: IsNull() };
    const { affected } = await this.manager.update(Account, open, change);
    return affected === 1;
  }

  private async raiseVersion(account: Account, change: { username?: string } = {}): Promise<void> {
    const { raw } = await this.manager
      .createQueryBuilder()
      .update(Account)
      .set({ ...change, version: () => 'version + 1', updatedAt: () => 'clock_timestamp()' })
      .where({ id: account.id })
      .returning(['version', 'updatedAt'])
      .execute();
    const [row] = raw as [{ version: number; updated_at: Date }];
    Object.assign(account, { version: row.version, updatedAt: row.updated_at });
  }

  private withProfile(): SelectQueryBuilder<Account> {
    return this.manager
      .createQueryBuilder(Account, 'account')
      .innerJoinAndMapOne(
        'account.profile',
        Profile,
        'profile',
        'profile.accountId = account.id AND account.erasedAt IS NULL',
      );
  }

  private withMetadata(): SelectQueryBuilder<Account> {
    return this.withProfile().addSelect('profile.metadata');
  }

  private get manager(): EntityManager {
    return this.transaction.tx;
  }
}

function toAccount({ displayName, avatarUrl, bio, preferences, ...row }: AccountRow): Account {
  const profile = { accountId: row.id, displayName, avatarUrl, bio, preferences };
  return Object.assign(new Account(), row, { profile: Object.assign(new Profile(), profile) });
}

function rethrowTaken(error: unknown): never {
  const constraint = violatedConstraint(error);
  if (constraint === 'accounts_email_key') throw new EmailTakenError(error);
  if (constraint === 'accounts_username_key') throw new UsernameTakenError(error);
  throw error;
}
