import type { ClientBase } from 'pg';
import type { LedgerEntry } from '../migration-store.js';
import { codeOf } from '../store-failure.js';
import { query } from './postgres.query.js';
import { readLedgerStatement } from './postgres.statements.js';

/** A row of the ledger's table. */
export interface LedgerRow {
  version: number;
  name: string;
  checksum: string;
  state: LedgerEntry['state'];
  executed_at: Date;
  duration_ms: number | null;
  executed_by: string;
  app_version: string | null;
}

const UNDEFINED_TABLE = '42P01';

/** All entries; none if the table does not exist yet. */
export async function readLedger(
  client: ClientBase,
  ledger: string,
  timeoutMs: number,
): Promise<LedgerEntry[]> {
  try {
    const rows = await query<LedgerRow>(client, readLedgerStatement(ledger), timeoutMs);
    return rows.map(toEntry);
  } catch (error) {
    if (codeOf(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}

export function toEntry(row: LedgerRow): LedgerEntry {
  return {
    version: row.version,
    name: row.name,
    checksum: row.checksum,
    state: row.state,
    executedAt: row.executed_at,
    durationMs: row.duration_ms ?? undefined,
    executedBy: row.executed_by,
    appVersion: row.app_version ?? undefined,
  };
}
