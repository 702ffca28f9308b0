import { readFileSync } from 'node:fs';

import type { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';

import type { SigningIn } from '../account-locks/account-locks.repository.js';
import type { AccountRole } from '../accounts/account.entity.js';
import type { Client } from './client.js';
import type { PresentedToken } from './refresh-tokens.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const START = sql('start-session');
const TRIM = sql('trim-sessions');
const ROTATE = sql('rotate-session');
const END_REUSED = sql('end-reused-session');
const END_EXPIRED = sql('end-expired-sessions');
const OF_ACCOUNT = `
  SELECT id, device, address, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
         expires_at AS "expiresAt"
    FROM sessions
   WHERE account_id = $1 AND expires_at > clock_timestamp()
   ORDER BY last_seen_at DESC, id DESC`;

/** More devices than a person has; what is beyond is the session not seen for longest. */
const MOST_SESSIONS_AN_ACCOUNT = 100;

/** How long sessions live, in milliseconds. */
export interface SessionLifetimes {
  /** Without a refresh. */
  readonly idleMs: number;
  /** From sign-in on, however often they are refreshed. */
  readonly totalMs: number;
  /** A token that is presented again within this time of its replacement ends nothing. */
  readonly overlapMs: number;
}

/** Whose password was checked, and what it was checked against. */
export type CheckedAccount = Pick<SigningIn, 'accountId' | 'passwordHash' | 'isFamiliar'>;

/** A session that was begun or refreshed. */
export interface LiveSession {
  readonly accountId: string;
  readonly role: AccountRole;
  readonly expiresAt: Date;
}

/** A session as its owner may see it. */
export interface ListedSession extends Pick<Client, 'device' | 'address'> {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

/** Statements on the table `sessions`, inside the caller's transaction where there is one. */
export class SessionsRepository {
  constructor(
    private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>,
    readonly lifetimes: SessionLifetimes,
  ) {}

  /** When the session ends; undefined if the account is gone or locked, or its password has changed. */
  async start(
    { accountId, passwordHash, isFamiliar }: CheckedAccount,
    { sessionId, hash }: PresentedToken,
    { device, address }: Client,
  ): Promise<Date | undefined> {
    const { idleMs, totalMs } = this.lifetimes;
    const [begun] = await this.transaction.tx.query<{ expiresAt: Date }[]>(START, [
      sessionId,
      accountId,
      passwordHash,
      hash,
      device,
      address,
      idleMs,
      totalMs,
      isFamiliar,
    ]);
    if (!begun) return undefined;
    await this.transaction.tx.query(TRIM, [accountId, MOST_SESSIONS_AN_ACCOUNT]);
    return begun.expiresAt;
  }

  /** Puts `next` in the place of a good token. Undefined when `presented` is none. */
  async rotate(
    presented: PresentedToken,
    next: PresentedToken,
    { device, address }: Client,
  ): Promise<LiveSession | undefined> {
    const { idleMs, totalMs } = this.lifetimes;
    const { sessionId, hash } = presented;
    const [rows] = await this.transaction.tx.query<[LiveSession[], number]>(ROTATE, [
      sessionId,
      hash,
      next.hash,
      device,
      address,
      idleMs,
      totalMs,
    ]);
    return rows[0];
  }

  /**
   * Ends the session of a token that is not the good one.
   *
   * @param arrivedAt when the request arrived, by `performance.now()`
   * @returns the account when it was ended now, whether it goes on otherwise
   */
  async endReused(
    { sessionId, hash }: PresentedToken,
    arrivedAt: number,
  ): Promise<{ endedOf?: string; isLive: boolean }> {
    // In a transaction, for the time spent on waiting for a connection must count.
    return this.transaction.withTransaction(async () => {
      const waitedMs = performance.now() - arrivedAt;
      const [ended] = await this.transaction.tx.query<[{ accountId: string }[], number]>(
        END_REUSED,
        [sessionId, hash, waitedMs, this.lifetimes.overlapMs],
      );
      if (ended[0]) return { endedOf: ended[0].accountId, isLive: false };
      const live = await this.transaction.tx.query<unknown[]>(
        'SELECT FROM sessions WHERE id = $1 AND expires_at > clock_timestamp()',
        [sessionId],
      );
      return { isLive: live.length > 0 };
    });
  }

  /** The account's sessions that are not over, last seen first. */
  async ofAccount(accountId: string): Promise<ListedSession[]> {
    return this.transaction.tx.query<ListedSession[]>(OF_ACCOUNT, [accountId]);
  }

  /** Whether the account had such a session. */
  async end(accountId: string, sessionId: string): Promise<boolean> {
    const [, count] = await this.transaction.tx.query<[unknown[], number]>(
      'DELETE FROM sessions WHERE account_id = $1 AND id = $2',
      [accountId, sessionId],
    );
    return count > 0;
  }

  /** How many sessions of the account were ended. Needs a transaction. */
  async endAll(accountId: string, except?: string): Promise<number> {
    // Who is signing in at this moment holds the row: his session is seen after that, or not begun.
    await this.transaction.tx.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [
      accountId,
    ]);
    const [, count] = await this.transaction.tx.query<[unknown[], number]>(
      'DELETE FROM sessions WHERE account_id = $1 AND id IS DISTINCT FROM $2::uuid',
      [accountId, except ?? null],
    );
    return count;
  }

  /** How many sessions were ended that were over anyway, `most` at a time. */
  async endExpired(lowestLiveId: string, most: number): Promise<number> {
    const [, count] = await this.transaction.tx.query<[unknown[], number]>(END_EXPIRED, [
      lowestLiveId,
      most,
    ]);
    return count;
  }
}
