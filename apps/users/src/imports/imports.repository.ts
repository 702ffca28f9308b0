import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { AccountImport, ImportFormat, RefusedRow } from './account-import.js';

/** What an import is begun with. */
export interface ImportDraft {
  readonly id: string;
  readonly format: ImportFormat;
  readonly allowAdmins: boolean;
  readonly createdBy: string;
}

/** Counts stay far below what a number of JavaScript can hold. */
const FIELDS = `
  id, format, state, allow_admins AS "allowAdmins", columns,
  received_bytes::float8 AS "receivedBytes", received_rows::float8 AS "receivedRows",
  staged_rows::float8 AS "stagedRows", refused_rows::float8 AS "refusedRows",
  imported_rows::float8 AS "importedRows", created_at AS "createdAt", finished_at AS "finishedAt"`;

/** Queries on imports and on their reports. */
@Injectable()
export class ImportsRepository {
  constructor(private readonly pool: Pool) {}

  async insert({ id, format, allowAdmins, createdBy }: ImportDraft): Promise<AccountImport> {
    const { rows } = await this.pool.query<AccountImport>(
      `INSERT INTO account_imports (id, format, allow_admins, created_by)
       VALUES ($1, $2, $3, $4) RETURNING ${FIELDS}`,
      [id, format, allowAdmins, createdBy],
    );
    return rows[0] as AccountImport;
  }

  async find(id: string): Promise<AccountImport | undefined> {
    const { rows } = await this.pool.query<AccountImport>(
      `SELECT ${FIELDS} FROM account_imports WHERE id = $1`,
      [id],
    );
    return rows[0];
  }

  async newest(limit: number): Promise<AccountImport[]> {
    const { rows } = await this.pool.query<AccountImport>(
      `SELECT ${FIELDS} FROM account_imports ORDER BY created_at DESC, id DESC LIMIT $1`,
      [limit],
    );
    return rows;
  }

  /** All of it has arrived, if it ends there. @returns whether that is so */
  async complete(id: string, receivedBytes: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE account_imports SET state = 'merging', updated_at = now()
        WHERE id = $1 AND state = 'receiving' AND received_bytes = $2`,
      [id, receivedBytes],
    );
    return rowCount === 1;
  }

  /** @returns whether it was still receiving */
  async cancel(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE account_imports SET state = 'cancelled', updated_at = now()
        WHERE id = $1 AND state = 'receiving'`,
      [id],
    );
    return rowCount === 1;
  }

  /** Cancels those that nothing was sent to for so many days. */
  async cancelForgotten(days: number): Promise<void> {
    await this.pool.query(
      `UPDATE account_imports SET state = 'cancelled', updated_at = now()
        WHERE finished_at IS NULL AND state = 'receiving'
          AND updated_at < now() - $1 * interval '1 day'`,
      [days],
    );
  }

  /** In the order of the file. */
  async refused(
    id: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<RefusedRow[]> {
    const { rows } = await this.pool.query<RefusedRow>(
      `SELECT row_number::float8 AS "rowNumber", field, reason FROM refused_rows
        WHERE import_id = $1 AND row_number > $2 ORDER BY row_number LIMIT $3`,
      [id, after, limit],
    );
    return rows;
  }
}
