import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { copyRows } from '../database/copy-rows.js';
import { inTransaction } from '../database/in-transaction.js';
import type { RowBatch } from './account-import.js';

const STAGED = {
  table: 'staged_accounts',
  columns: [
    'import_id',
    'row_number',
    'account_id',
    'email',
    'username',
    'password_hash',
    'role',
    'display_name',
    'avatar_url',
    'bio',
  ],
};
const REFUSED = {
  table: 'refused_rows',
  columns: ['import_id', 'row_number', 'field', 'reason'],
};
/** First of all: it locks the import, so that a second sender waits, and then finds it moved on. */
const ADVANCE = `
  UPDATE account_imports
     SET received_bytes = received_bytes + $3, received_rows = received_rows + $4,
         staged_rows = staged_rows + $5, refused_rows = refused_rows + $6,
         columns = $7, updated_at = now()
   WHERE id = $1 AND state = 'receiving' AND received_bytes = $2`;

/** Stores rows as they arrive. */
@Injectable()
export class StagingRepository {
  constructor(private readonly pool: Pool) {}

  /**
   * Stores rows, and how far the file has been received with them, in one transaction: whoever is
   * killed has stored both or neither.
   *
   * @param from where in the file the batch begins
   * @returns false when the import stands elsewhere, or takes no more rows: nothing is stored then
   */
  async stage(importId: string, from: number, batch: RowBatch): Promise<boolean> {
    const { staged, refused, rows, bytes, columns } = batch;
    return inTransaction(this.pool, async (client) => {
      const { rowCount } = await client.query(ADVANCE, [
        importId,
        from,
        bytes,
        rows,
        staged.length,
        refused.length,
        columns,
      ]);
      if (rowCount !== 1) return false;
      await copyRows(
        client,
        STAGED,
        staged.map((row) => [
          importId,
          row.rowNumber,
          row.accountId,
          row.email,
          row.username,
          row.passwordHash,
          row.role,
          row.displayName,
          row.avatarUrl,
          row.bio,
        ]),
      );
      await copyRows(
        client,
        REFUSED,
        refused.map(({ rowNumber, field, reason }) => [importId, rowNumber, field, reason]),
      );
      return true;
    });
  }
}
