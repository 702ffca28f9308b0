import type { Db, MongoClient } from 'mongodb';
import type { MigrationLogger } from '../migration-logger.js';
import type { Backfill } from './backfill.js';
import type { EnsureCollection } from './ensure-collection.js';
import type { EnsureIndexes } from './ensure-indexes.js';

/** What a MongoDB migration gets to work with. */
export interface MongoMigrationContext {
  /**
   * The database that is migrated. Whatever is asked through it, or through what is got from it, is asked
   * only while the lock is held: it rejects with `MigrationLockLostError` afterwards.
   */
  readonly db: Db;
  /** Its client, for sessions and other databases; fenced in the same way. */
  readonly client: MongoClient;
  readonly logger: MigrationLogger;
  /** Tells how far a long migration is; shown about once a second. */
  readonly progress: (done: number, total?: number) => void;
  /**
   * Aborts when the run shall stop or the lock was lost. A long migration looks at it now and then
   * (`signal.throwIfAborted()`): after a lost lock another runner may be doing the same work, and what this
   * one does elsewhere than in the database nobody else can refuse.
   */
  readonly signal: AbortSignal;
  /** Changes many documents in batches; after a crash it goes on where it was. */
  readonly backfill: Backfill;
  /** Creates a collection, or gives the one that is there the validator. */
  readonly ensureCollection: EnsureCollection;
  /** Builds indexes that are not there yet, and waits for them. */
  readonly ensureIndexes: EnsureIndexes;
}

/**
 * The default export of `migrations/mongo/NNNN_name.ts`. MongoDB cannot undo half a migration, so
 * `up` and `down` must be idempotent: after a crash they are run again from their start.
 */
export interface MongoMigration {
  up(context: MongoMigrationContext): Promise<void>;
  /** Takes it back. Without it, `down` refuses this migration. */
  down?(context: MongoMigrationContext): Promise<void>;
  /** Whether releases that do not know it cannot work on what it makes. Default: false. */
  readonly breaking?: boolean;
}
