import type { Collection, Db } from 'mongodb';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, Runner } from '../migration-store.js';
import { MigrationLockLostError } from '../migrations.errors.js';
import { codeOf } from '../store-failure.js';

interface LedgerDocument {
  _id: number;
  name: string;
  checksum: string;
  state: LedgerEntry['state'];
  executedAt: Date;
  durationMs: number | null;
  executedBy: string;
  appVersion: string | null;
  /** Fencing token of the lease under which it was written: a later holder's is higher. */
  fence: number;
}

const DUPLICATE_KEY = 11_000;
/** More entries than a ledger will have; the default is 101, and a second trip for the rest. */
const ONE_ROUND_TRIP = 100_000;

/** The ledger: collection `schema_migrations`, one document a migration. */
export class MongoLedger {
  private readonly entries: Collection<LedgerDocument>;

  constructor(db: Db, commandTimeoutMs: number) {
    this.entries = db.collection<LedgerDocument>('schema_migrations', {
      // What another runner reads here must survive a failover.
      writeConcern: { w: 'majority' },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      timeoutMS: commandTimeoutMs,
    });
  }

  async read(): Promise<LedgerEntry[]> {
    const documents = await this.entries.find({}, { batchSize: ONE_ROUND_TRIP }).toArray();
    return documents.map(toEntry);
  }

  /**
   * Records that a migration begins, also over one that was begun and never finished.
   * @throws MigrationLockLostError if a later holder of the lease has begun or finished it
   */
  async begin(file: MigrationFile, runner: Runner, fence: number): Promise<void> {
    const unfinished = { _id: file.version, state: 'started' as const, fence: { $lt: fence } };
    const begun = {
      name: file.name,
      checksum: file.checksum,
      durationMs: null,
      executedBy: runner.executedBy,
      appVersion: runner.appVersion ?? null,
      fence,
    };
    try {
      await this.entries.updateOne(
        unfinished,
        { $set: begun, $currentDate: { executedAt: true } },
        { upsert: true },
      );
    } catch (error) {
      // The filter fits no document, yet its _id exists: it is another holder's.
      if (codeOf(error) === DUPLICATE_KEY) throw lost();
      throw error;
    }
  }

  /**
   * Records that the migration is complete.
   * @throws MigrationLockLostError if a later holder of the lease has begun it as well
   */
  async finish(file: MigrationFile, durationMs: number, fence: number): Promise<LedgerEntry> {
    const document = await this.entries.findOneAndUpdate(
      { _id: file.version, state: 'started', fence },
      { $set: { state: 'applied', durationMs: Math.round(durationMs) } },
      { returnDocument: 'after' },
    );
    if (document === null) throw lost();
    return toEntry(document);
  }
}

function lost(): MigrationLockLostError {
  return new MigrationLockLostError(
    'mongo: another runner took the lock over meanwhile and runs the same migrations; run again',
  );
}

function toEntry(document: LedgerDocument): LedgerEntry {
  return {
    version: document._id,
    name: document.name,
    checksum: document.checksum,
    state: document.state,
    executedAt: document.executedAt,
    durationMs: document.durationMs ?? undefined,
    executedBy: document.executedBy,
    appVersion: document.appVersion ?? undefined,
  };
}
