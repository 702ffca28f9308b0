import { Injectable } from '@nestjs/common';

import { AccountsRepository, type Credentials } from '../accounts/accounts.repository.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import type { Client } from './client.js';
import type { Session, SignIn } from './dto/session.dto.js';
import { SessionStarter } from './session-starter.js';
import { CredentialsInvalidError } from './sessions.errors.js';

/** A password that is hashed anew meanwhile is the same password; changed so often, it is another. */
const MOST_ATTEMPTS = 3;

/** Rules of signing in. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passwords: PasswordHasher,
    private readonly starter: SessionStarter,
  ) {}

  /**
   * Begins a session for who knows an account's password. An unknown account costs the same work as a
   * wrong password, and gets the same answer.
   *
   * @throws CredentialsInvalidError
   */
  async signIn(credentials: SignIn, client: Client): Promise<Session> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const known = await this.check(credentials);
      const strong = await this.strengthen(known, credentials.password);
      const session = await this.starter.start(strong, client);
      if (session) return session;
    }
    throw new CredentialsInvalidError();
  }

  private async check({ login, password }: SignIn): Promise<Credentials> {
    const known = await this.accounts.findCredentials(login);
    const matches = await this.passwords.verify(
      known?.passwordHash ?? this.passwords.decoy,
      password,
    );
    if (!known || !matches) throw new CredentialsInvalidError();
    return known;
  }

  /** The password is at hand only now: a hash of older, weaker parameters is replaced. */
  private async strengthen(known: Credentials, password: string): Promise<Credentials> {
    if (!this.passwords.isOutdated(known.passwordHash)) return known;
    const passwordHash = await this.passwords.hash(password);
    await this.accounts.replacePasswordHash(known, passwordHash);
    return { ...known, passwordHash };
  }
}
