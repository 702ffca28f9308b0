import type { ClientSession, Collection, Db } from 'mongodb';
import type { LedgerChange, LedgerEntry, Runner } from '../migration-store.js';
import { MigrationLockLostError } from '../migrations.errors.js';
import { codeOf } from '../store-failure.js';
import { answerWithin } from './answer-within.js';
import {
  beginOf,
  finishOf,
  toEntry,
  type BeginRecord,
  type Checkpoint,
  type LedgerClaim,
  type LedgerDocument,
} from './ledger-document.js';

const DUPLICATE_KEY = 11_000;
/** More entries than a ledger will have; the default is 101, and a second trip for the rest. */
const ONE_ROUND_TRIP = 100_000;

/** The ledger: collection `schema_migrations`, one document a migration. */
export class MongoLedger {
  private readonly entries: Collection<LedgerDocument>;
  /** A transaction has concerns of its own. */
  private readonly entriesInTransaction: Collection<LedgerDocument>;

  constructor(
    db: Db,
    private readonly commandTimeoutMs: number,
  ) {
    this.entriesInTransaction = db.collection<LedgerDocument>('schema_migrations');
    this.entries = db.collection<LedgerDocument>('schema_migrations', {
      // What another runner reads here must survive a failover.
      writeConcern: { w: 'majority' },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
    });
  }

  async read(): Promise<LedgerEntry[]> {
    const all = this.entries.find({}, { batchSize: ONE_ROUND_TRIP });
    const documents = await this.answered(all.toArray());
    return documents.map(toEntry);
  }

  /**
   * Records that a migration begins, also over one that was begun and never finished, whose
   * checkpoints stay.
   * @throws MigrationLockLostError if a later holder of the lease has begun or finished it
   */
  async begin(record: BeginRecord): Promise<void> {
    const { filter, update } = beginOf(record);
    await refusedToLater(this.answered(this.entries.updateOne(filter, update, { upsert: true })));
  }

  /**
   * Records that the migration is complete.
   * @throws MigrationLockLostError if a later holder of the lease has begun it as well
   */
  async finish(claim: LedgerClaim, durationMs: number): Promise<void> {
    const { filter, update } = finishOf(claim, durationMs);
    const finishing = this.entries.updateOne(filter, update);
    const { matchedCount } = await this.answered(finishing);
    if (matchedCount === 0) throw lost();
  }

  /**
   * Both at once.
   * @returns whether the one that begins has a new entry, instead of one that was never finished
   * @throws MigrationLockLostError if a later holder of the lease has begun one of them
   */
  async finishAndBegin(
    claim: LedgerClaim,
    durationMs: number,
    next: BeginRecord,
  ): Promise<boolean> {
    const { matchedCount, upsertedCount } = await refusedToLater(
      this.answered(
        this.entries.bulkWrite([
          { updateOne: finishOf(claim, durationMs) },
          { updateOne: { ...beginOf(next), upsert: true } },
        ]),
      ),
    );
    if (matchedCount + upsertedCount < 2) throw lost();
    return upsertedCount === 1;
  }

  /** Takes an entry away whose migration was not run after all. */
  async withdraw({ version, state, fence }: LedgerClaim): Promise<void> {
    await this.answered(this.entries.deleteOne({ _id: version, state, fence }));
  }

  /**
   * Records that `down` begins, also over one that was cut off.
   * @throws MigrationLockLostError if a later holder of the lease is at it, or has done it
   */
  async beginReversal({ version, fence }: LedgerClaim): Promise<void> {
    const { matchedCount } = await this.answered(
      this.entries.updateOne(
        { _id: version, state: { $in: ['applied', 'reverting'] }, fence: { $lte: fence } },
        { $set: { state: 'reverting', fence } },
      ),
    );
    if (matchedCount === 0) throw lost();
  }

  /** @throws MigrationLockLostError if a later holder of the lease is at it as well */
  async finishReversal({ version, fence }: LedgerClaim): Promise<void> {
    const { deletedCount } = await this.answered(
      this.entries.deleteOne({ _id: version, state: 'reverting', fence }),
    );
    if (deletedCount === 0) throw lost();
  }

  /** Changes entries without a run; under the lease, like everything else. */
  async change(change: LedgerChange, runner: Runner, fence: number): Promise<void> {
    await this.answered(this.changing(change, runner, fence));
  }

  /** Undefined if there is none, or the file was edited since. */
  async checkpoint(
    { version }: LedgerClaim,
    name: string,
    checksum: string,
  ): Promise<Checkpoint | undefined> {
    const document = await this.answered(this.entries.findOne({ _id: version }));
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

  private async changing(change: LedgerChange, runner: Runner, fence: number): Promise<void> {
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

  private async answered<T>(command: Promise<T>): Promise<T> {
    return answerWithin(this.commandTimeoutMs, command);
  }
}

/** The filter fits no document, yet its _id exists: it is a later holder's. */
async function refusedToLater<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (codeOf(error) === DUPLICATE_KEY) throw lost();
    throw error;
  }
}

function lost(): MigrationLockLostError {
  return new MigrationLockLostError(
    'mongo: another runner took the lock over meanwhile and runs the same migrations; run again',
  );
}
