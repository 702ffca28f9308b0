import { Injectable } from '@nestjs/common';

import { PasswordHasher } from '../credentials/password-hasher.js';
import { PasswordWrongError } from './accounts.errors.js';
import { AccountsRepository, type Credentials } from './accounts.repository.js';

/** Asks who is signed in for the password again: an access token alone must not be enough. */
@Injectable()
export class CurrentPassword {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passwords: PasswordHasher,
  ) {}

  /** A hash of no password, for an account that nobody is to sign in to any more. */
  get unusableHash(): string {
    return this.passwords.decoy;
  }

  /** @throws PasswordWrongError, of an account that is gone, too */
  async check(accountId: string, password: string): Promise<Credentials> {
    const known = await this.accounts.findCredentialsById(accountId);
    const hash = known?.passwordHash ?? this.passwords.decoy;
    const matches = await this.passwords.verify(hash, password);
    if (!known || !matches) throw new PasswordWrongError();
    return known;
  }
}
