import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';

/** A second factor as it is stored. */
export interface StoredFactor {
  /** The shared secret, sealed. */
  readonly secretJwe: string;
  /** Null until the first code was shown. */
  readonly confirmedAt: Date | null;
}

/** Statements on `second_factors` and `recovery_codes`, inside the caller's transaction. */
@Injectable()
export class SecondFactorsRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  async find(accountId: string): Promise<StoredFactor | undefined> {
    const [factor] = await this.transaction.tx.query<StoredFactor[]>(
      `SELECT secret_jwe AS "secretJwe", confirmed_at AS "confirmedAt"
         FROM second_factors WHERE account_id = $1`,
      [accountId],
    );
    return factor;
  }

  /** Begins a factor, in the place of one that was never confirmed. False when there is a confirmed one. */
  async begin(accountId: string, secretJwe: string): Promise<boolean> {
    const begun = await this.transaction.tx.query<unknown[]>(
      `INSERT INTO second_factors (account_id, secret_jwe) VALUES ($1, $2)
       ON CONFLICT (account_id) DO UPDATE
         SET secret_jwe = $2, created_at = clock_timestamp(), last_step = 0
         WHERE second_factors.confirmed_at IS NULL
       RETURNING account_id`,
      [accountId, secretJwe],
    );
    return begun.length > 0;
  }

  /** Confirms the factor of this secret by a code of this step. False when there is none that waits. */
  async confirm(accountId: string, { secretJwe }: StoredFactor, step: number): Promise<boolean> {
    return this.changes(
      `UPDATE second_factors SET confirmed_at = clock_timestamp(), last_step = $3
        WHERE account_id = $1 AND secret_jwe = $2 AND confirmed_at IS NULL`,
      [accountId, secretJwe, step],
    );
  }

  /** Takes a code's step. Of many at once that have the same code, one gets true. */
  async useStep(accountId: string, { secretJwe }: StoredFactor, step: number): Promise<boolean> {
    return this.changes(
      `UPDATE second_factors SET last_step = $3
        WHERE account_id = $1 AND secret_jwe = $2 AND last_step < $3`,
      [accountId, secretJwe, step],
    );
  }

  /** Takes a recovery code, which is gone then. */
  async useRecoveryCode(accountId: string, hash: Buffer): Promise<boolean> {
    return this.changes('DELETE FROM recovery_codes WHERE account_id = $1 AND code_hash = $2', [
      accountId,
      hash,
    ]);
  }

  async replaceRecoveryCodes(accountId: string, hashes: readonly Buffer[]): Promise<void> {
    // Of two at once, the second replaces those of the first.
    await this.transaction.tx.query('SELECT FROM second_factors WHERE account_id = $1 FOR UPDATE', [
      accountId,
    ]);
    await this.transaction.tx.query('DELETE FROM recovery_codes WHERE account_id = $1', [
      accountId,
    ]);
    await this.transaction.tx.query(
      'INSERT INTO recovery_codes (account_id, code_hash) SELECT $1, unnest($2::bytea[])',
      [accountId, [...hashes]],
    );
  }

  async countRecoveryCodes(accountId: string): Promise<number> {
    const [row] = await this.transaction.tx.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM recovery_codes WHERE account_id = $1',
      [accountId],
    );
    return row?.count ?? 0;
  }

  async remove(accountId: string): Promise<void> {
    await this.transaction.tx.query('DELETE FROM second_factors WHERE account_id = $1', [
      accountId,
    ]);
  }

  private async changes(text: string, values: unknown[]): Promise<boolean> {
    const [, count] = await this.transaction.tx.query<[unknown[], number]>(text, values);
    return count > 0;
  }
}
