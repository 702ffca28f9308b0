import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { PasswordHasher } from '../credentials/password-hasher.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.js';
import type { PasswordReset } from './dto/passwords.dto.js';
import { PasswordReplacement } from './password-replacement.js';

const PURPOSES = ['reset_password'] as const;

/** Choosing a new password by who can read the account's mail. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly passwords: PasswordHasher,
    private readonly replacement: PasswordReplacement,
    private readonly transaction: TransactionHost,
  ) {}

  /** @throws OneTimeTokenInvalidError */
  async reset({ token, newPassword }: PasswordReset): Promise<void> {
    // Before the work of hashing, which not everybody may ask for.
    await this.tokens.peek(token, PURPOSES);
    const passwordHash = await this.passwords.hash(newPassword);
    await this.transaction.withTransaction(async () => {
      const redeemed = await this.tokens.redeem(token, PURPOSES);
      await this.replacement.reset(redeemed, passwordHash);
    });
  }
}
