import type { Db, MongoClient } from 'mongodb';
import type { MigrationFile } from '../migration-file.js';
import type { MigrationLogger } from '../migration-logger.js';
import type { LedgerClaim } from './ledger-document.js';
import type { MongoLedger } from './mongo.ledger.js';

/** What the helpers of a migration's context work with. */
export interface MigrationWork {
  readonly db: Db;
  readonly client: MongoClient;
  readonly logger: MigrationLogger;
  readonly progress: (done: number, total?: number) => void;
  readonly signal: AbortSignal;
  /** Aborts only when nobody may wait for the migration any longer: lock lost, time over. */
  readonly over: AbortSignal;
  readonly file: MigrationFile;
  readonly ledger: MongoLedger;
  readonly claim: LedgerClaim;
}
