import type { ClientBase, QueryResultRow } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, Runner, StatementProgress } from '../migration-store.js';
import { codeOf } from '../store-failure.js';
import { query } from './postgres.query.js';
import { readLedgerStatement } from './postgres.statements.js';

/** A row of the table, as JSON has it; what is optional is missing in ledgers of earlier versions. */
interface LedgerRow {
  version: number;
  name: string;
  checksum: string;
  state: LedgerEntry['state'];
  executed_at: string;
  duration_ms: number | null;
  executed_by: string;
  app_version: string | null;
  breaking?: boolean;
  progress?: StatementProgress | null;
}

/** Where a ledger is. */
interface LedgerSource {
  readonly client: ClientBase;
  /** By its full name: a migration may set another search_path before a row is written. */
  readonly table: string;
  /** That the connection began with; `none` for the user that logged in. */
  readonly role: string;
  /** For each call. */
  readonly timeoutMs: number;
}

/** What is written of a migration. */
interface LedgerRecord {
  readonly file: MigrationFile;
  readonly state: LedgerEntry['state'];
  readonly runner: Runner;
  readonly breaking: boolean;
  readonly progress?: StatementProgress;
}

const UNDEFINED_TABLE = '42P01';

/**
 * The ledger's table, seen from one connection. Changes are given as SQL, to be sent together with
 * what they belong to.
 */
export class PostgresLedger {
  /** Until the transaction ends, changes are made by the role that the connection began with. */
  readonly asOwner: string;
  private readonly client: ClientBase;
  private readonly table: string;
  private readonly timeoutMs: number;

  constructor({ client, table, role, timeoutMs }: LedgerSource) {
    [this.client, this.table, this.timeoutMs] = [client, table, timeoutMs];
    this.asOwner = `SET LOCAL ROLE ${role === 'none' ? 'NONE' : client.escapeIdentifier(role)}`;
  }

  /** All entries; none if the table does not exist yet. */
  async read(): Promise<LedgerEntry[]> {
    try {
      const statement = readLedgerStatement(this.table);
      const [row] = await this.ask<{ entries: string }>(statement);
      return (JSON.parse(row?.entries ?? '[]') as LedgerRow[]).map(toEntry);
    } catch (error) {
      if (codeOf(error) === UNDEFINED_TABLE) return [];
      throw error;
    }
  }

  /** A new row, in place of one of a migration that was begun and not finished. */
  replacement(record: LedgerRecord): string {
    return `DELETE FROM ${this.table} WHERE version = ${record.file.version} AND state = 'started';
      ${this.insertion(record)}`;
  }

  /** A new row. */
  insertion({ file, state, runner, breaking, progress }: LedgerRecord): string {
    const values = [
      file.version,
      ...[file.name, file.checksum, state, runner.executedBy].map((text) => this.literal(text)),
      this.literal(runner.appVersion),
      breaking,
      this.json(progress),
    ];
    return `INSERT INTO ${this.table}
        (version, name, checksum, state, executed_by, app_version, breaking, progress)
      VALUES (${values.join(', ')})`;
  }

  /** Says who runs it now; returns the row if it is in this state. */
  continuation({ file, state, runner }: LedgerRecord): string {
    return `UPDATE ${this.table} SET name = ${this.literal(file.name)},
        checksum = ${this.literal(file.checksum)}, executed_at = clock_timestamp(),
        executed_by = ${this.literal(runner.executedBy)},
        app_version = ${this.literal(runner.appVersion)}
      WHERE version = ${file.version} AND state = ${this.literal(state)} RETURNING version`;
  }

  /** Returns the row unless it is gone. */
  completion(version: number, durationMs: number): string {
    return `UPDATE ${this.table}
      SET state = 'applied', duration_ms = ${Math.round(durationMs)}, progress = NULL
      WHERE version = ${version} RETURNING version`;
  }

  /** Of an applied migration that `down` begins to take back. Returns the row unless it is gone. */
  reversal(version: number, progress: StatementProgress): string {
    return `UPDATE ${this.table} SET state = 'reverting', progress = ${this.json(progress)}
      WHERE version = ${version} AND state = 'applied' RETURNING version`;
  }

  /** Returns the row unless it is gone. */
  advance(version: number, progress: StatementProgress): string {
    return `UPDATE ${this.table} SET progress = ${this.json(progress)}
      WHERE version = ${version} RETURNING version`;
  }

  /** Returns the row unless it is gone already. */
  removal(version: number): string {
    return `DELETE FROM ${this.table} WHERE version = ${version} RETURNING version`;
  }

  /** As applied without a run: in place of what there is. */
  record(file: MigrationFile, runner: Runner, breaking: boolean): string {
    const { version } = file;
    const insertion = this.insertion({ file, runner, breaking, state: 'applied' });
    return `DELETE FROM ${this.table} WHERE version = ${version} AND state <> 'applied'; ${insertion}`;
  }

  /** Returns the row unless it is gone. */
  amendment(file: MigrationFile, breaking: boolean): string {
    return `UPDATE ${this.table} SET name = ${this.literal(file.name)},
        checksum = ${this.literal(file.checksum)}, breaking = ${breaking}
      WHERE version = ${file.version} RETURNING version`;
  }

  /** @throws Error if no statement returned a row: it is gone, or another runner has it */
  async change(text: string): Promise<void> {
    const rows = await this.ask(text);
    if (rows.length === 0) throw new Error('its row of the ledger is gone');
  }

  async ask<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    return query<Row>(this.client, text, this.timeoutMs);
  }

  private json(progress: StatementProgress | undefined): string {
    return this.literal(progress && JSON.stringify(progress));
  }

  private literal(text: string | undefined): string {
    return text === undefined ? 'NULL' : this.client.escapeLiteral(text);
  }
}

function toEntry(row: LedgerRow): LedgerEntry {
  return {
    version: row.version,
    name: row.name,
    checksum: row.checksum,
    state: row.state,
    executedAt: new Date(row.executed_at),
    durationMs: row.duration_ms ?? undefined,
    executedBy: row.executed_by,
    appVersion: row.app_version ?? undefined,
    breaking: row.breaking ?? false,
    progress: row.progress ?? undefined,
  };
}
