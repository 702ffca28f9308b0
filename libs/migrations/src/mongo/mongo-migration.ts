import type { Db, MongoClient } from 'mongodb';
import type { MigrationLogger } from '../migration-logger.js';

/** What a MongoDB migration gets to work with. */
export interface MongoMigrationContext {
  /** The database that is migrated. */
  readonly db: Db;
  /** Its client, for sessions and other databases. */
  readonly client: MongoClient;
  readonly logger: MigrationLogger;
  /** Tells how far a long migration is; shown about once a second. */
  readonly progress: (done: number, total?: number) => void;
  /**
   * Aborts when the run shall stop or the lock was lost. A long migration looks at it now and then
   * (`signal.throwIfAborted()`): after a lost lock another runner may be doing the same work.
   */
  readonly signal: AbortSignal;
}

/**
 * The default export of `migrations/mongo/NNNN_name.ts`. MongoDB cannot undo half a migration, so
 * `up` must be idempotent: after a crash it is run again from its start.
 */
export interface MongoMigration {
  up(context: MongoMigrationContext): Promise<void>;
}
