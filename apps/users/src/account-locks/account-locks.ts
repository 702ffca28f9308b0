import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';

import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { SecondFactorInvalidError } from '../second-factors/second-factors.errors.js';
import { AccountSessions } from '../sessions/account-sessions.js';
import { lockedEvents, unlockedEvent } from './account-locks.messages.js';
import {
  AccountLocksRepository,
  type LockReason,
  type SignInAttempt,
  type SigningIn,
} from './account-locks.repository.js';
import { lockMs } from './lock-policy.js';

/** An attempt at an account that is there. */
type KnownAttempt = SignInAttempt & { readonly accountId: string };

/**
 * Locks of accounts. Too many wrong passwords lock one for a time that grows and ends by itself; from
 * where somebody has signed in before, the right password still does, and lifts the lock, so that
 * strangers keep nobody out. An admin's lock lets nobody in, and ends all sessions.
 *
 * Every change is published in its transaction, in the order of `securityVersion`.
 */
@Injectable()
export class AccountLocks {
  constructor(
    private readonly locks: AccountLocksRepository,
    private readonly sessions: AccountSessions,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
  ) {}

  /** What signing in has to know of an account, by e-mail address or username in lower case. */
  findSigningIn(login: string, network: string): Promise<SigningIn | undefined> {
    return this.locks.findSigningIn(login, network);
  }

  /** Counts a wrong password or code, of an unknown account, too, and locks the account if it is time. */
  async recordFailure(attempt: SignInAttempt): Promise<void> {
    await this.transaction.withTransaction(async () => {
      const failures = await this.locks.countFailure(attempt);
      if (attempt.accountId === undefined || failures === undefined) return;
      const forMs = lockMs(failures, this.locks.policy);
      if (forMs !== undefined) await this.store(attempt.accountId, { reason: 'guessing', forMs });
    });
  }

  /**
   * Does the last part of a sign-in in a transaction, and records in it that it was one, unless it comes
   * to nothing: failures are forgotten, the network is remembered. A wrong code is counted.
   */
  async signIn<Begun>(
    attempt: KnownAttempt,
    begin: () => Promise<Begun | undefined>,
  ): Promise<Begun | undefined> {
    return this.countingCodes(attempt, () =>
      this.transaction.withTransaction(async () => {
        const begun = await begin();
        if (begun !== undefined) await this.recordSuccess(attempt);
        return begun;
      }),
    );
  }

  /**
   * For what takes a code from who is signed in already: counts a wrong one, and takes none while the
   * account is locked.
   *
   * @throws SecondFactorInvalidError
   */
  async guardCode<Result>(attempt: KnownAttempt, work: () => Promise<Result>): Promise<Result> {
    const known = await this.locks.findById(attempt.accountId, attempt.network);
    if (!known || isKeptOut(known)) throw new SecondFactorInvalidError();
    return this.countingCodes(attempt, work);
  }

  /**
   * Locks an account by an admin's will, whatever lock it has, and ends its sessions. An access token
   * lives on to its own end.
   *
   * @param until when the lock ends by itself; never, by default
   * @throws AccountNotFoundError
   */
  async lock(accountId: string, { until }: { until?: Date } = {}): Promise<void> {
    await this.transaction.withTransaction(async () => {
      const forMs = until ? Math.max(0, until.getTime() - Date.now()) : null;
      const isThere = await this.store(accountId, { reason: 'admin', forMs });
      if (!isThere) throw new AccountNotFoundError(accountId);
      await this.sessions.endSessions(accountId);
    });
  }

  /** Ends any lock, and forgets failures. Does nothing to an account that is not locked. */
  async unlock(accountId: string): Promise<void> {
    await this.release(accountId, ['guessing', 'admin']);
  }

  /** Ends a lock that guessing led to: for whoever has proved otherwise who they are. */
  async liftGuessing(accountId: string): Promise<void> {
    await this.release(accountId, ['guessing']);
  }

  /**
   * In the transaction that stores a new password: ends the sessions that the one before began, and a lock
   * that guesses at it led to.
   *
   * @param except the session of who replaces it, which goes on
   */
  async passwordReplaced(accountId: string, except?: string): Promise<void> {
    await this.liftGuessing(accountId);
    await this.sessions.endSessions(accountId, except === undefined ? {} : { except });
  }

  private async countingCodes<Result>(
    attempt: KnownAttempt,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // What the work did is taken back by now; that it was tried is not.
      if (error instanceof SecondFactorInvalidError) await this.recordFailure(attempt);
      throw error;
    }
  }

  private async recordSuccess({ accountId, network }: KnownAttempt): Promise<void> {
    await this.liftGuessing(accountId);
    await this.locks.forgetFailures(accountId);
    await this.locks.rememberNetwork(accountId, network);
  }

  private async store(
    accountId: string,
    lock: { reason: LockReason; forMs: number | null },
  ): Promise<boolean> {
    const stored = await this.locks.lock(accountId, lock);
    if (!stored) return false;
    await this.outbox.addAll(lockedEvents(stored));
    return true;
  }

  private async release(accountId: string, reasons: readonly LockReason[]): Promise<void> {
    await this.transaction.withTransaction(async () => {
      const stored = await this.locks.unlock(accountId, reasons);
      if (stored) await this.outbox.add(unlockedEvent(stored));
    });
  }
}

/** Whether who comes from there must not sign in, nor learn whether the password was right. */
export function isKeptOut({ lock, isFamiliar }: SigningIn): boolean {
  return lock === 'guessing' && !isFamiliar;
}
