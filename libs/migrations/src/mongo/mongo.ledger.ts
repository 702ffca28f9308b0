import type { ClientSession, Collection, Db } from 'mongodb';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerChange, LedgerEntry, Runner } from '../migration-store.js';
import { MigrationLockLostError } from '../migrations.errors.js';
import { codeOf } from '../store-failure.js';

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

const DUPLICATE_KEY = 11_000;
/** More entries than a ledger will have; the default is 101, and a second trip for the rest. */
const ONE_ROUND_TRIP = 100_000;

interface BeginRecord {
  readonly runner: Runner;
  readonly fence: number;
  readonly breaking: boolean;
}

/** The ledger: collection `schema_migrations`, one document a migration. */
export class MongoLedger {
  private readonly entries: Collection<LedgerDocument>;
  /** A transaction has concerns and a deadline of its own. */
  private readonly entriesInTransaction: Collection<LedgerDocument>;

  constructor(db: Db, commandTimeoutMs: number) {
    this.entriesInTransaction = db.collection<LedgerDocument>('schema_migrations');
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
   * Records that a migration begins, also over one that was begun and never finished, whose
   * checkpoints stay.
   * @throws MigrationLockLostError if a later holder of the lease has begun or finished it
   */
  async begin(file: MigrationFile, record: BeginRecord): Promise<void> {
    const { runner, fence, breaking } = record;
    const unfinished = { _id: file.version, state: 'started' as const, fence: { $lt: fence } };
    const begun = {
      name: file.name,
      checksum: file.checksum,
      durationMs: null,
      executedBy: runner.executedBy,
      appVersion: runner.appVersion ?? null,
      breaking,
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
  async finish({ version, fence }: LedgerClaim, durationMs: number): Promise<void> {
    const { matchedCount } = await this.entries.updateOne(
      { _id: version, state: 'started', fence },
      {
        $set: { state: 'applied', durationMs: Math.round(durationMs) },
        $unset: { checkpoints: true },
      },
    );
    if (matchedCount === 0) throw lost();
  }

  /**
   * Records that `down` begins, also over one that was cut off.
   * @throws MigrationLockLostError if a later holder of the lease is at it, or has done it
   */
  async beginReversal({ version, fence }: LedgerClaim): Promise<void> {
    const { matchedCount } = await this.entries.updateOne(
      { _id: version, state: { $in: ['applied', 'reverting'] }, fence: { $lte: fence } },
      { $set: { state: 'reverting', fence } },
    );
    if (matchedCount === 0) throw lost();
  }

  /** @throws MigrationLockLostError if a later holder of the lease is at it as well */
  async finishReversal({ version, fence }: LedgerClaim): Promise<void> {
    const { deletedCount } = await this.entries.deleteOne({
      _id: version,
      state: 'reverting',
      fence,
    });
    if (deletedCount === 0) throw lost();
  }

  /** Changes entries without a run; under the lease, like everything else. */
  async change(change: LedgerChange, runner: Runner, fence: number): Promise<void> {
    if (change.kind === 'forget') {
      await this.entries.deleteOne({ _id: change.version, fence: { $lte: fence } });
      return;
    }
    const { file, breaking } = change;
    const text = { name: file.name, checksum: file.checksum, breaking, fence };
    const own = { _id: file.version, fence: { $lte: fence } };
    if (change.kind === 'amend') {
      await this.entries.updateOne(own, { $set: text });
      return;
    }
    const { executedBy, appVersion = null } = runner;
    await this.entries.updateOne(
      own,
      {
        $set: { ...text, state: 'applied', durationMs: null, executedBy, appVersion },
        $currentDate: { executedAt: true },
        $unset: { checkpoints: true },
      },
      { upsert: true },
    );
  }

  /** Undefined if there is none, or the file was edited since. */
  async checkpoint(
    { version }: LedgerClaim,
    name: string,
    checksum: string,
  ): Promise<Checkpoint | undefined> {
    const document = await this.entries.findOne({ _id: version });
    const found = document?.checkpoints?.[name];
    return found?.checksum === checksum ? found : undefined;
  }

  /**
   * Part of the transaction that does what the checkpoint stands for.
   * @throws MigrationLockLostError if a later holder of the lease has begun it as well
   */
  async advance(
    { version, state, fence }: LedgerClaim,
    to: { readonly name: string; readonly checkpoint: Checkpoint },
    session: ClientSession,
  ): Promise<void> {
    const { matchedCount } = await this.entriesInTransaction.updateOne(
      { _id: version, state, fence },
      { $set: { [`checkpoints.${to.name}`]: to.checkpoint } },
      { session },
    );
    if (matchedCount === 0) throw lost();
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
    breaking: document.breaking ?? false,
    progress: undefined,
  };
}
