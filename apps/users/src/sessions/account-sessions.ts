import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { SessionNotFoundError } from './sessions.errors.js';
import { type ListedSession, SessionsRepository } from './sessions.repository.js';

/** The sessions of an account: to look at, and to end. An access token lives on to its own end. */
@Injectable()
export class AccountSessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly transaction: TransactionHost,
  ) {}

  /** Those that are not over, last seen first. */
  list(accountId: string): Promise<ListedSession[]> {
    return this.sessions.ofAccount(accountId);
  }

  /** @throws SessionNotFoundError when the account has no such session */
  async end(accountId: string, sessionId: string): Promise<void> {
    const ended = await this.sessions.end(accountId, sessionId);
    if (!ended) throw new SessionNotFoundError(sessionId);
  }

  /** Ends a session if it is there. */
  async signOut(accountId: string, sessionId: string): Promise<void> {
    await this.sessions.end(accountId, sessionId);
  }

  /**
   * Ends all sessions of an account, in the transaction that the caller is in, if any: what else that
   * one changes of the account, its password for example, keeps whoever signs in at the same moment
   * with what was good before from having a session after.
   *
   * @param except the id of a session that goes on
   * @returns how many were ended
   */
  endSessions(accountId: string, { except }: { except?: string } = {}): Promise<number> {
    return this.transaction.withTransaction(() => this.sessions.endAll(accountId, except));
  }
}
