import { Injectable } from '@nestjs/common';

import { AccountLocks, isKeptOut } from '../account-locks/account-locks.js';
import type { SigningIn } from '../account-locks/account-locks.repository.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import type { Client } from './client.js';
import type { Session, SignIn } from './dto/session.dto.js';
import { SessionStarter } from './session-starter.js';
import { AccountLockedError, CredentialsInvalidError } from './sessions.errors.js';

/** A password that is hashed anew meanwhile is the same password; changed so often, it is another. */
const MOST_ATTEMPTS = 3;

/** Rules of signing in. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passwords: PasswordHasher,
    private readonly locks: AccountLocks,
    private readonly starter: SessionStarter,
  ) {}

  /**
   * Begins a session for who knows an account's password. An unknown account, and one that is locked
   * after too many attempts, cost the same work as a wrong password, and get the same answer.
   *
   * @throws CredentialsInvalidError
   * @throws AccountLockedError
   * @throws SecondFactorRequiredError
   * @throws SecondFactorInvalidError
   */
  async signIn(credentials: SignIn, client: Client): Promise<Session> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const known = await this.check(credentials, client);
      const strong = await this.strengthen(known, credentials.password);
      const session = await this.starter.start(strong, client, credentials.code);
      if (session) return session;
    }
    throw new CredentialsInvalidError();
  }

  private async check({ login, password }: SignIn, { network }: Client): Promise<SigningIn> {
    const known = await this.locks.findSigningIn(login, network);
    const matches = await this.passwords.verify(
      known?.passwordHash ?? this.passwords.decoy,
      password,
    );
    if (!known || !matches || isKeptOut(known)) {
      await this.locks.recordFailure({ accountId: known?.accountId, network });
      throw new CredentialsInvalidError();
    }
    if (known.lock === 'admin') throw new AccountLockedError(known.lockedUntil);
    return known;
  }

  /** The password is at hand only now: a hash of older, weaker parameters is replaced. */
  private async strengthen(known: SigningIn, password: string): Promise<SigningIn> {
    if (!this.passwords.isOutdated(known.passwordHash)) return known;
    const passwordHash = await this.passwords.hash(password);
    await this.accounts.replacePasswordHash(known, passwordHash);
    return { ...known, passwordHash };
  }
}
