import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import { AccountLocks } from '../account-locks/account-locks.js';
import type { SigningIn } from '../account-locks/account-locks.repository.js';
import type { Client } from './client.js';
import type { Session } from './dto/session.dto.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsRepository } from './sessions.repository.js';

/** Begins sessions. */
@Injectable()
export class SessionStarter {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: SessionTokens,
    private readonly locks: AccountLocks,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Undefined when the account has another password than the one that was checked, has been locked
   * since, or is gone.
   */
  async start(known: SigningIn, client: Client): Promise<Session | undefined> {
    const made = this.tokens.make(uuidv7());
    const expiresAt = await this.transaction.withTransaction(async () => {
      const begun = await this.sessions.start(known, made, client);
      if (begun) await this.locks.recordSuccess({ ...known, ...client });
      return begun;
    });
    return expiresAt && this.tokens.answer({ ...known, expiresAt }, made);
  }
}
