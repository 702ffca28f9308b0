import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, Runner } from '../migration-store.js';

/** A document of the ledger; what is optional is missing in ledgers of earlier versions. */
export interface LedgerDocument {
  _id: number;
  name: string;
  checksum: string;
  state: LedgerEntry['state'];
  executedAt: Date;
  durationMs: number | null;
  executedBy: string;
  appVersion: string | null;
  breaking?: boolean;
  /** Fencing token of the lease under which it was written: a later holder's is higher. */
  fence: number;
  /** How far its back-fills are, by their names; gone when it is finished. */
  checkpoints?: Record<string, Checkpoint>;
}

/** How far a back-fill is. */
export interface Checkpoint {
  /** Of the file that it belongs to: an edited one starts over. */
  readonly checksum: string;
  /** `_id` of the last document that is done. */
  readonly after: unknown;
  /** How many are done. */
  readonly done: number;
}

/** The ledger's entry of a migration that runs, as its holder may change it. */
export interface LedgerClaim {
  readonly version: number;
  readonly state: 'started' | 'reverting';
  readonly fence: number;
}

/** What is written of a migration that begins. */
export interface BeginRecord {
  readonly file: MigrationFile;
  readonly runner: Runner;
  readonly fence: number;
  readonly breaking: boolean;
}

/** Of a new entry, or of one that an earlier holder of the lease never finished. */
export function beginOf({ file, runner, fence, breaking }: BeginRecord) {
  const begun = {
    name: file.name,
    checksum: file.checksum,
    durationMs: null,
    executedBy: runner.executedBy,
    appVersion: runner.appVersion ?? null,
    breaking,
    fence,
  };
  return {
    filter: { _id: file.version, state: 'started' as const, fence: { $lt: fence } },
    update: { $set: begun, $currentDate: { executedAt: true } } as const,
  };
}

/** Of the entry that this holder began. */
export function finishOf({ version, fence }: LedgerClaim, durationMs: number) {
  return {
    filter: { _id: version, state: 'started' as const, fence },
    update: {
      $set: { state: 'applied' as const, durationMs: Math.round(durationMs) },
      $unset: { checkpoints: true },
    } as const,
  };
}

export function toEntry(document: LedgerDocument): LedgerEntry {
  return {
    version: document._id,
    name: document.name,
    checksum: document.checksum,
    state: document.state,
    executedAt: document.executedAt,
    durationMs: document.durationMs ?? undefined,
    executedBy: document.executedBy,
    appVersion: document.appVersion ?? undefined,
    breaking: document.breaking ?? false,
    progress: undefined,
  };
}
