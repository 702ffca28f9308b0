import { throwIfAborted } from '../lock-wait.js';
import type { MigrationFile } from '../migration-file.js';
import type {
  LedgerChange,
  LedgerEntry,
  MigrationRun,
  MigrationSession,
  Runner,
} from '../migration-store.js';
import { MigrationError, MigrationFailedError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import { deadlineIn, untilAborted } from '../until-aborted.js';
import { backfillOf } from './backfill.js';
import { ensureCollectionOf } from './ensure-collection.js';
import { ensureIndexesOf } from './ensure-indexes.js';
import { fenced } from './fenced.js';
import { LeaseKeeper } from './lease-keeper.js';
import { loadMigration } from './load-migration.js';
import type { MigrationWork } from './migration-work.js';
import type { MongoMigrationContext } from './mongo-migration.js';
import type { MongoConnection } from './mongo.connection.js';
import type { Lease, MongoLeases } from './mongo.lease.js';
import type { BeginRecord, LedgerClaim } from './ledger-document.js';
import type { MongoLedger } from './mongo.ledger.js';
import type { MongoTimeouts } from './mongo.options.js';

/** What a session works with. */
export interface MongoSessionParts {
  readonly connection: MongoConnection;
  readonly ledger: MongoLedger;
  readonly leases: MongoLeases;
  readonly lease: Lease;
  readonly timeouts: MongoTimeouts;
}

/** A lease that is renewed in the background, and the migrations that run under it. */
export class MongoSession implements MigrationSession {
  private readonly keeper: LeaseKeeper;
  /** What was recorded as begun together with the end of the one before it. */
  private begunAhead: { readonly claim: LedgerClaim; readonly isNew: boolean } | undefined;

  constructor(private readonly parts: MongoSessionParts) {
    const { leases, lease, timeouts } = parts;
    this.keeper = new LeaseKeeper(leases, lease, timeouts.leaseMs);
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    return this.asking(async ({ ledger }) => ledger.read());
  }

  /** Recorded as started first, so that a crash half-way is known and the migration is run again. */
  async apply(file: MigrationFile, run: MigrationRun): Promise<number> {
    const { fence } = this.parts.lease;
    const claim = { version: file.version, state: 'started', fence } as const;
    const migration = await loadMigration(file);
    if (this.begunAhead?.claim.version === file.version) this.begunAhead = undefined;
    else await this.begin(file, run.runner);
    const work = await this.workOf(file, run, claim);
    const tookMs = await this.timed(migration.up(contextOf(work)), work, run.signal);
    await this.finish(claim, tookMs, run);
    return tookMs;
  }

  async revert(file: MigrationFile, run: MigrationRun): Promise<number> {
    const { fence } = this.parts.lease;
    const claim = { version: file.version, state: 'reverting', fence } as const;
    const migration = await loadMigration(file);
    if (migration.down === undefined) throw failed(file, 'it has no "down"');
    await this.asking(async ({ ledger }) => ledger.beginReversal(claim));
    const work = await this.workOf(file, run, claim);
    const tookMs = await this.timed(migration.down(contextOf(work)), work, run.signal);
    await this.asking(async ({ ledger }) => ledger.finishReversal(claim));
    return tookMs;
  }

  async changeLedger(changes: readonly LedgerChange[], runner: Runner): Promise<void> {
    const { fence } = this.parts.lease;
    await this.asking(async ({ ledger }) => {
      for (const change of changes) await ledger.change(change, runner, fence);
    });
  }

  async release(): Promise<void> {
    const ahead = this.begunAhead;
    // It was never run. Left there, it would only be taken for one that a crash cut off.
    if (ahead?.isNew) await this.parts.ledger.withdraw(ahead.claim).catch(() => undefined);
    await this.keeper.release();
  }

  private async begin(file: MigrationFile, runner: Runner): Promise<void> {
    const record = await this.recordOf(file, runner);
    await this.asking(async ({ ledger }) => ledger.begin(record));
  }

  /** One round trip for the end of this and the begin of the next: a wait for the majority less. */
  private async finish(
    claim: LedgerClaim,
    tookMs: number,
    { next, runner }: MigrationRun,
  ): Promise<void> {
    const record = next && (await this.recordOf(next, runner));
    await this.asking(async ({ ledger }) => {
      if (record === undefined) return ledger.finish(claim, tookMs);
      const isNew = await ledger.finishAndBegin(claim, tookMs, record);
      this.begunAhead = { claim: { ...claim, version: record.file.version }, isNew };
    });
  }

  private async recordOf(file: MigrationFile, runner: Runner): Promise<BeginRecord> {
    const { breaking = false } = await loadMigration(file);
    return { file, runner, breaking, fence: this.parts.lease.fence };
  }

  /** Whatever is written, is written only while the lease is ours for certain. */
  private async asking<T>(work: (parts: MongoSessionParts) => Promise<T>): Promise<T> {
    return this.parts.connection.asking(async () => {
      await this.keeper.confirm();
      return work(this.parts);
    });
  }

  private async workOf(
    file: MigrationFile,
    { logger, progress, signal }: MigrationRun,
    claim: LedgerClaim,
  ): Promise<MigrationWork> {
    const { connection, ledger, timeouts } = this.parts;
    const over = AbortSignal.any([this.keeper.lost, deadlineIn(timeouts.migrationTimeoutMs)]);
    const confirm = async () => {
      over.throwIfAborted();
      await this.keeper.confirm();
    };
    const db = fenced(await connection.db(), confirm);
    const client = fenced(await connection.client(), confirm);
    const both = AbortSignal.any([signal, over]);
    return { db, client, logger, progress, file, ledger, claim, signal: both, over };
  }

  /** An `up` that does not look at its signal must not keep the run waiting. */
  private async timed(
    migrating: Promise<void>,
    work: MigrationWork,
    signal: AbortSignal,
  ): Promise<number> {
    const startedAt = performance.now();
    try {
      await untilAborted(migrating, work.over);
      return performance.now() - startedAt;
    } catch (cause) {
      if (cause instanceof MigrationError) throw cause;
      throwIfAborted(signal);
      throw failed(work.file, reasonOf(cause), cause);
    }
  }
}

function contextOf(work: MigrationWork): MongoMigrationContext {
  const { db, client, logger, progress, signal } = work;
  return {
    db,
    client,
    logger,
    progress,
    signal,
    backfill: backfillOf(work),
    ensureCollection: ensureCollectionOf(work),
    ensureIndexes: ensureIndexesOf(work),
  };
}

function failed(file: MigrationFile, reason: string, cause?: unknown): MigrationFailedError {
  return new MigrationFailedError({ store: 'mongo', fileName: file.fileName, reason }, { cause });
}
