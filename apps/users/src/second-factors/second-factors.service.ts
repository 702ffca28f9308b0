import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { makeRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import {
  SecondFactorEnabledError,
  SecondFactorInvalidError,
  SecondFactorMissingError,
} from './second-factors.errors.js';
import { SecondFactorsRepository } from './second-factors.repository.js';
import { TotpSecret } from './totp-secret.js';

/** What an account's second factor comes to. */
export interface SecondFactorState {
  readonly isEnabled: boolean;
  readonly recoveryCodesLeft: number;
}

/** Having a second factor, and having none. Who asks has shown the password. */
@Injectable()
export class SecondFactorsService {
  constructor(
    private readonly factors: SecondFactorsRepository,
    private readonly codes: SecondFactorCodes,
    private readonly transaction: TransactionHost,
  ) {}

  async state(accountId: string): Promise<SecondFactorState> {
    const factor = await this.factors.find(accountId);
    if (!factor?.confirmedAt) return { isEnabled: false, recoveryCodesLeft: 0 };
    return {
      isEnabled: true,
      recoveryCodesLeft: await this.factors.countRecoveryCodes(accountId),
    };
  }

  /**
   * Makes a secret, which counts for nothing until it is confirmed.
   *
   * @throws SecondFactorEnabledError
   */
  async begin(accountId: string): Promise<TotpSecret> {
    const secret = TotpSecret.make();
    const sealed = await this.codes.seal(accountId, secret);
    if (!(await this.factors.begin(accountId, sealed))) throw new SecondFactorEnabledError();
    return secret;
  }

  /**
   * Confirms the secret by a code of it: from then on signing in asks for one.
   *
   * @returns recovery codes, which are shown this once
   * @throws SecondFactorMissingError
   * @throws SecondFactorInvalidError
   */
  async confirm(accountId: string, code: string): Promise<string[]> {
    return this.transaction.withTransaction(async () => {
      const factor = await this.factors.find(accountId);
      if (!factor || factor.confirmedAt) throw new SecondFactorMissingError();
      const step = await this.codes.stepOf(accountId, factor, code);
      if (step === undefined) throw new SecondFactorInvalidError();
      const isConfirmed = await this.factors.confirm(accountId, factor, step);
      // Another request was there first.
      if (!isConfirmed) throw new SecondFactorMissingError();
      return this.newRecoveryCodes(accountId);
    });
  }

  /**
   * Replaces the recovery codes.
   *
   * @throws SecondFactorMissingError
   * @throws SecondFactorInvalidError
   */
  async renewRecoveryCodes(accountId: string, code: string): Promise<string[]> {
    return this.transaction.withTransaction(async () => {
      await this.requireConfirmed(accountId, code);
      return this.newRecoveryCodes(accountId);
    });
  }

  /**
   * Ends the second factor, and its recovery codes with it.
   *
   * @throws SecondFactorMissingError
   * @throws SecondFactorInvalidError
   */
  async remove(accountId: string, code: string): Promise<void> {
    await this.transaction.withTransaction(async () => {
      await this.requireConfirmed(accountId, code);
      await this.factors.remove(accountId);
    });
  }

  private async requireConfirmed(accountId: string, code: string): Promise<void> {
    const factor = await this.factors.find(accountId);
    if (!factor?.confirmedAt) throw new SecondFactorMissingError();
    await this.codes.require(accountId, code);
  }

  private async newRecoveryCodes(accountId: string): Promise<string[]> {
    const codes = makeRecoveryCodes();
    const hashes = codes.flatMap((each) => recoveryCodeHash(each) ?? []);
    await this.factors.replaceRecoveryCodes(accountId, hashes);
    return codes;
  }
}
