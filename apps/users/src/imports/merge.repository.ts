import { readFileSync } from 'node:fs';

import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';

/** A staged row, and whether it has become an account. */
export interface MergedRow {
  readonly rowNumber: number;
  readonly accountId: string;
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly version: number | null;
  readonly createdAt: Date | null;
  readonly added: boolean;
}

/** An import that somebody has to work on, locked for as long as the transaction lasts. */
export interface UnfinishedImport {
  readonly id: string;
  readonly state: 'merging' | 'cancelled';
}

const MERGE = readFileSync(new URL('./merge-batch.sql', import.meta.url), 'utf8');
/** The lock is the database's own: whoever is killed lets go of it, and others take the next import. */
const NEXT = `
  SELECT id, state FROM account_imports
   WHERE finished_at IS NULL AND state IN ('merging', 'cancelled')
   ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
/** In a statement after the merge, which sees what that one has added. */
const REFUSE_TAKEN = `
  INSERT INTO refused_rows (import_id, row_number, field, reason)
  SELECT $1, row.number,
         CASE WHEN EXISTS (SELECT FROM accounts WHERE accounts.email = row.email) THEN 'email'
              WHEN EXISTS (SELECT FROM accounts WHERE accounts.username = row.username) THEN 'username'
         END,
         'belongs to an account already'
    FROM unnest($2::bigint[], $3::text[], $4::text[]) AS row (number, email, username)`;
const ADVANCE = `
  WITH gone AS (
    DELETE FROM staged_accounts WHERE import_id = $1 AND row_number = ANY($2::bigint[])
  )
  UPDATE account_imports
     SET merged_through = $3, imported_rows = imported_rows + $4, refused_rows = refused_rows + $5,
         staged_rows = staged_rows - $4 - $5, updated_at = now()
   WHERE id = $1`;
const DROP_STAGED = `
  WITH gone AS (
    DELETE FROM staged_accounts
     WHERE import_id = $1
       AND row_number IN (SELECT row_number FROM staged_accounts WHERE import_id = $1 LIMIT $2)
    RETURNING row_number
  )
  UPDATE account_imports SET staged_rows = staged_rows - (SELECT count(*) FROM gone)
   WHERE id = $1
  RETURNING staged_rows::float8 AS left`;
const FINISH = `
  UPDATE account_imports
     SET state = CASE WHEN state = 'merging' THEN 'done' ELSE state END,
         finished_at = now(), updated_at = now()
   WHERE id = $1`;

/** Turns staged rows into accounts, in the transaction of the caller. */
@Injectable()
export class MergeRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /** The oldest that no other replica works on. */
  async lockNext(): Promise<UnfinishedImport | undefined> {
    const [next] = await this.query<UnfinishedImport>(NEXT, []);
    return next;
  }

  /** At most so many rows; none when all are merged. */
  async merge(importId: string, limit: number): Promise<MergedRow[]> {
    return this.query<MergedRow>(MERGE, [importId, limit]);
  }

  /** Keeps in the import what became of these rows, which are staged no longer. */
  async settle(importId: string, rows: readonly MergedRow[]): Promise<void> {
    const taken = rows.filter(({ added }) => !added);
    if (taken.length > 0) {
      await this.query(REFUSE_TAKEN, [
        importId,
        taken.map(({ rowNumber }) => rowNumber),
        taken.map(({ email }) => email),
        taken.map(({ username }) => username),
      ]);
    }
    await this.query(ADVANCE, [
      importId,
      rows.map(({ rowNumber }) => rowNumber),
      rows.at(-1)?.rowNumber,
      rows.length - taken.length,
      taken.length,
    ]);
  }

  /** Removes at most so many rows of an import that was cancelled. @returns how many are left */
  async dropStaged(importId: string, limit: number): Promise<number> {
    // TypeORM gives what an UPDATE returns together with its count.
    const [rows] = await this.query<{ left: number }[]>(DROP_STAGED, [importId, limit]);
    return rows?.[0]?.left ?? 0;
  }

  async finish(importId: string): Promise<void> {
    await this.query(FINISH, [importId]);
  }

  private async query<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.transaction.tx.query<Row[]>(sql, values);
  }
}
