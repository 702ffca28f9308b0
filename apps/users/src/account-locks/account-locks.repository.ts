import { readFileSync } from 'node:fs';

import type { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import type { PublicAccount } from '@trilith/contracts';

import type { AccountRole } from '../accounts/account.entity.js';
import { FORGOTTEN_AFTER_MS, type LockPolicyOptions } from './lock-policy.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const COUNT_FAILURE = sql('count-failure');
const LOCK = sql('lock-account');
const UNLOCK = sql('unlock-account');
const REMEMBER = sql('remember-network');

const find = (name: 'id' | 'email' | 'username') => `
  SELECT id AS "accountId", role, password_hash AS "passwordHash", locked_until AS "lockedUntil",
         CASE WHEN locked_until IS NULL OR locked_until > clock_timestamp() THEN lock_reason END AS lock,
         EXISTS (
           SELECT FROM familiar_networks
            WHERE account_id = accounts.id AND network = $2 AND failed_login_attempts < $3
         ) AS "isFamiliar"
    FROM accounts
   WHERE ${name} = $1`;
const FIND_BY_EMAIL = find('email');
const FIND_BY_USERNAME = find('username');
const FIND_BY_ID = find('id');

/** Rows of `decoy_counters`. */
const DECOYS = 64;
/** More than anybody signs in from; of more, those not seen for longest are strange again. */
const MOST_NETWORKS = 50;

/** Why an account is locked. */
export type LockReason = 'guessing' | 'admin';

/** An end of a lock, as others are to know it. */
export interface StoredUnlocking extends PublicAccount {
  readonly securityVersion: number;
}

/** A lock, as others are to know it. */
export interface StoredLock extends StoredUnlocking {
  readonly reason: LockReason;
  readonly lockedUntil: Date | null;
  readonly failedLoginAttempts: number;
  readonly lockedAt: Date;
}

/** What signing in has to know of an account. */
export interface SigningIn {
  readonly accountId: string;
  readonly role: AccountRole;
  readonly passwordHash: string;
  /** Why it is locked now. */
  readonly lock: LockReason | null;
  readonly lockedUntil: Date | null;
  /** Whether somebody has signed in from the same network before, and has not failed too often since. */
  readonly isFamiliar: boolean;
}

/** An attempt to sign in. */
export interface SignInAttempt {
  /** Undefined for a name that no account has. */
  readonly accountId: string | undefined;
  readonly network: string;
}

/** Statements about failed sign-ins and locks, inside the caller's transaction. */
export class AccountLocksRepository {
  constructor(
    private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>,
    readonly policy: LockPolicyOptions,
  ) {}

  /**
   * What signing in has to know of an account; undefined when there is none.
   *
   * @param login an e-mail address or a username, in lower case
   */
  async findSigningIn(login: string, network: string): Promise<SigningIn | undefined> {
    return this.find(login.includes('@') ? FIND_BY_EMAIL : FIND_BY_USERNAME, login, network);
  }

  /** The same of an account whose id is known. */
  async findById(accountId: string, network: string): Promise<SigningIn | undefined> {
    return this.find(FIND_BY_ID, accountId, network);
  }

  /** @returns the account's failures in a row, if this one was counted there */
  async countFailure({ accountId, network }: SignInAttempt): Promise<number | undefined> {
    const slot = Math.floor(Math.random() * DECOYS);
    const [counted] = await this.query<{ failures: number }>(COUNT_FAILURE, [
      accountId ?? null,
      network,
      slot,
      this.policy.afterFailures,
      FORGOTTEN_AFTER_MS,
    ]);
    return counted?.failures;
  }

  /** Undefined when there is no such account. */
  async lock(
    accountId: string,
    { reason, forMs }: { reason: LockReason; forMs: number | null },
  ): Promise<StoredLock | undefined> {
    const [lock] = await this.query<StoredLock>(LOCK, [accountId, reason, forMs]);
    return lock;
  }

  /** Undefined when there was no such lock, or is no such account. */
  async unlock(
    accountId: string,
    reasons: readonly LockReason[],
  ): Promise<StoredUnlocking | undefined> {
    const [unlocking] = await this.query<StoredUnlocking>(UNLOCK, [accountId, [...reasons]]);
    return unlocking;
  }

  async forgetFailures(accountId: string): Promise<void> {
    await this.query(
      'UPDATE accounts SET failed_login_attempts = 0 WHERE id = $1 AND failed_login_attempts > 0',
      [accountId],
    );
  }

  async rememberNetwork(accountId: string, network: string): Promise<void> {
    await this.query(REMEMBER, [accountId, network, MOST_NETWORKS]);
  }

  private async find(text: string, key: string, network: string): Promise<SigningIn | undefined> {
    const [known] = await this.query<SigningIn>(text, [key, network, this.policy.afterFailures]);
    return known;
  }

  private query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return this.transaction.tx.query<Row[]>(text, values);
  }
}
