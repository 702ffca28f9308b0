import { Injectable } from '@nestjs/common';

import { AccountsRepository, type Credentials } from '../accounts/accounts.repository.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import { AccessTokens } from './access-tokens.js';
import type { Session, SignIn } from './dto/session.dto.js';
import { CredentialsInvalidError } from './sessions.errors.js';

/** Rules of signing in. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passwords: PasswordHasher,
    private readonly tokens: AccessTokens,
  ) {}

  /**
   * Gives an access token to who knows an account's password. An unknown account costs the same
   * work as a wrong password, and gets the same answer.
   *
   * @throws CredentialsInvalidError
   */
  async signIn({ login, password }: SignIn): Promise<Session> {
    const known = await this.accounts.findCredentials(login);
    const matches = await this.passwords.verify(
      known?.passwordHash ?? this.passwords.decoy,
      password,
    );
    if (!known || !matches) throw new CredentialsInvalidError();
    await this.strengthen(known, password);
    await this.accounts.recordSignIn(known.accountId);
    const token = await this.tokens.issue({ accountId: known.accountId, roles: [known.role] });
    return { ...token, tokenType: 'Bearer', accountId: known.accountId };
  }

  /** The password is at hand only now: a hash of older, weaker parameters is replaced. */
  private async strengthen(known: Credentials, password: string): Promise<void> {
    if (!this.passwords.isOutdated(known.passwordHash)) return;
    const passwordHash = await this.passwords.hash(password);
    await this.accounts.replacePasswordHash(known, passwordHash);
  }
}
