import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import { AccountLocks } from '../account-locks/account-locks.js';
import type { SigningIn } from '../account-locks/account-locks.repository.js';
import { SecondFactorCodes } from '../second-factors/second-factor-codes.js';
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
    private readonly codes: SecondFactorCodes,
  ) {}

  /**
   * Undefined when the account has another password than the one that was checked, has been locked
   * since, or is gone.
   *
   * @param code of the second factor, if any was given
   * @throws SecondFactorRequiredError
   * @throws SecondFactorInvalidError
   */
  async start(known: SigningIn, client: Client, code?: string): Promise<Session | undefined> {
    const made = this.tokens.make(uuidv7());
    const expiresAt = await this.locks.signIn({ ...known, ...client }, async () => {
      const begun = await this.sessions.start(known, made, client);
      // With the account's row held, so that of sign-ins at once each sees what the other used up.
      if (begun) await this.codes.require(known.accountId, code);
      return begun;
    });
    return expiresAt && this.tokens.answer({ ...known, expiresAt }, made);
  }
}
