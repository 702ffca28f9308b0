/** How the rows of a file are written. */
export type ImportFormat = 'ndjson' | 'csv';

/**
 * `receiving`: rows arrive and are staged. `merging`: all have arrived and become accounts, batch by
 * batch. `done` and `cancelled`: nothing more happens.
 */
export type ImportState = 'receiving' | 'merging' | 'done' | 'cancelled';

/** Accounts that an admin brings in as a file. */
export interface AccountImport {
  readonly id: string;
  readonly format: ImportFormat;
  readonly state: ImportState;
  /** Whether rows may make admins. */
  readonly allowAdmins: boolean;
  /** Of a CSV file, once its first row has arrived. */
  readonly columns: readonly string[] | null;
  /** Bytes of the file that are durably staged or refused: always the end of a row. */
  readonly receivedBytes: number;
  readonly receivedRows: number;
  readonly stagedRows: number;
  readonly refusedRows: number;
  readonly importedRows: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** A row that did not become an account. Holds nothing of what was in it. */
export interface RefusedRow {
  /** Counted from 1, with empty rows and a header. */
  readonly rowNumber: number;
  /** Null: the row as a whole. */
  readonly field: string | null;
  readonly reason: string;
}

/** A row that can become an account, unless its names are taken by then. */
export interface StagedRow {
  readonly rowNumber: number;
  readonly accountId: string;
  readonly email: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly role: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
}

/** Rows that are stored together, and where the file stands behind them. */
export interface RowBatch {
  readonly staged: readonly StagedRow[];
  readonly refused: readonly RefusedRow[];
  /** All rows of it, those among them that hold nothing included. */
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly string[] | null;
}
