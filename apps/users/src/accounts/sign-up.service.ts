import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import { PasswordHasher } from '../credentials/password-hasher.js';
import type { Account } from './account.entity.js';
import { AccountsService } from './accounts.service.js';
import type { SignUp } from './dto/sign-up.dto.js';

/** Rules of signing up. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordHasher,
  ) {}

  /**
   * Opens an account, whose address is then to be confirmed by mail.
   *
   * @throws EmailTakenError
   * @throws UsernameTakenError
   */
  async signUp({ password, ...person }: SignUp): Promise<Account> {
    // Hashed before the transaction: it takes long, and would keep a connection idle.
    const passwordHash = await this.passwords.hash(password);
    return this.accounts.open({ id: uuidv7(), passwordHash, ...person });
  }
}
