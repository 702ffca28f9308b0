import type { KeySealer } from '../signing-keys/key-sealer.js';
import { recoveryCodeHash } from './recovery-codes.js';
import { SecondFactorInvalidError, SecondFactorRequiredError } from './second-factors.errors.js';
import type { SecondFactorsRepository, StoredFactor } from './second-factors.repository.js';
import { TotpSecret } from './totp-secret.js';

/** Checks and uses up the codes of second factors, and keeps their secrets sealed. */
export class SecondFactorCodes {
  constructor(
    private readonly factors: SecondFactorsRepository,
    private readonly sealer: KeySealer,
  ) {}

  /**
   * Lets who signs in pass: at once if the account asks for no code, else by a code of the application,
   * or a recovery code. Either is good once. In a transaction that fails later, it was not used.
   *
   * @throws SecondFactorRequiredError when there is no code
   * @throws SecondFactorInvalidError
   */
  async require(accountId: string, code: string | undefined): Promise<void> {
    const factor = await this.factors.find(accountId);
    if (!factor?.confirmedAt) return;
    if (code === undefined) throw new SecondFactorRequiredError();
    if (!(await this.use(accountId, factor, code))) throw new SecondFactorInvalidError();
  }

  /** The time step that a code of the application is of; undefined for any other. */
  async stepOf(accountId: string, { secretJwe }: StoredFactor, code: string) {
    const secret = await this.open(accountId, secretJwe);
    return secret.stepOf(code.replaceAll(/\s/g, ''));
  }

  /** Bound to its account: a row that is copied to another does not open there. */
  seal(accountId: string, secret: TotpSecret): Promise<string> {
    return this.sealer.seal({ kty: 'oct', kid: accountId, k: secret.base32 });
  }

  private async use(accountId: string, factor: StoredFactor, code: string): Promise<boolean> {
    const hash = recoveryCodeHash(code);
    if (hash) return this.factors.useRecoveryCode(accountId, hash);
    const step = await this.stepOf(accountId, factor, code);
    return step !== undefined && this.factors.useStep(accountId, factor, step);
  }

  private async open(accountId: string, secretJwe: string): Promise<TotpSecret> {
    const { kid, k } = await this.sealer.open(secretJwe);
    if (kid !== accountId || k === undefined) {
      throw new Error(`The second factor of account ${accountId} is another account's`);
    }
    return TotpSecret.from(k);
  }
}
