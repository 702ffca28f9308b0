import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import type { Caller } from '@trilith/auth';

import { PasswordWrongError } from '../accounts/accounts.errors.js';
import { CurrentPassword } from '../accounts/current-password.js';
import { PasswordHasher } from '../credentials/password-hasher.js';
import type { PasswordChange } from './dto/passwords.dto.js';
import { PasswordReplacement } from './password-replacement.js';

/** Changing the password by who knows it. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly current: CurrentPassword,
    private readonly passwords: PasswordHasher,
    private readonly replacement: PasswordReplacement,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Ends all sessions but the one that asks.
   *
   * @throws PasswordWrongError, also when somebody else was faster
   */
  async change(
    { accountId, sessionId }: Caller,
    { currentPassword, newPassword }: PasswordChange,
  ): Promise<void> {
    const known = await this.current.check(accountId, currentPassword);
    const passwordHash = await this.passwords.hash(newPassword);
    await this.transaction.withTransaction(async () => {
      const isChanged = await this.replacement.change(known, passwordHash, sessionId);
      if (!isChanged) throw new PasswordWrongError();
    });
  }
}
