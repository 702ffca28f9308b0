import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '../lock-wait.js';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationRun, MigrationSession } from '../migration-store.js';
import { MigrationFailedError, MigrationLockLostError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import { deadlineIn, untilAborted } from '../until-aborted.js';
import { loadMigration } from './load-migration.js';
import type { MongoMigration, MongoMigrationContext } from './mongo-migration.js';
import type { MongoConnection } from './mongo.connection.js';
import { renewalTiming, type Lease, type MongoLeases } from './mongo.lease.js';
import type { MongoLedger } from './mongo.ledger.js';
import type { MongoTimeouts } from './mongo.options.js';
import { progressReporter } from './progress.js';

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
  private readonly lost = new AbortController();
  private readonly released = new AbortController();
  private readonly renewal: Promise<void>;

  constructor(private readonly parts: MongoSessionParts) {
    this.renewal = this.keepRenewing();
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    return this.parts.connection.asking(async () => this.parts.ledger.read());
  }

  /** Recorded as started first, so that a crash half-way is known and the migration is run again. */
  async apply(file: MigrationFile, run: MigrationRun): Promise<LedgerEntry> {
    const { connection, ledger, lease } = this.parts;
    const migration = await loadMigration(file);
    // Asked right before: after a long pause of this process the lease may be another's.
    await connection.asking(async () => this.confirmLease());
    await connection.asking(async () => ledger.begin(file, run.runner, lease.fence));
    const startedAt = performance.now();
    await this.runUp(migration, file, run);
    return connection.asking(async () =>
      ledger.finish(file, performance.now() - startedAt, lease.fence),
    );
  }

  async release(): Promise<void> {
    const { leases, lease } = this.parts;
    this.released.abort();
    await this.renewal;
    // A lease that cannot be given back counts as abandoned after its time.
    await leases.give(lease).catch(() => undefined);
  }

  private async runUp(
    migration: MongoMigration,
    file: MigrationFile,
    { logger, signal }: MigrationRun,
  ): Promise<void> {
    const { connection, timeouts } = this.parts;
    // An `up` that does not look at its signal must not keep the run waiting.
    const over = AbortSignal.any([this.lost.signal, deadlineIn(timeouts.migrationTimeoutMs)]);
    const context: MongoMigrationContext = {
      db: await connection.db(),
      client: await connection.client(),
      logger,
      progress: progressReporter(file, logger),
      signal: AbortSignal.any([signal, over]),
    };
    try {
      await untilAborted(migration.up(context), over);
    } catch (cause) {
      if (cause instanceof MigrationLockLostError) throw cause;
      throwIfAborted(signal);
      const reason = reasonOf(cause);
      throw new MigrationFailedError(
        { store: 'mongo', fileName: file.fileName, reason },
        { cause },
      );
    }
  }

  private async confirmLease(): Promise<void> {
    if (this.lost.signal.aborted || !(await this.parts.leases.renew(this.parts.lease))) {
      throw lockLost();
    }
  }

  private async keepRenewing(): Promise<void> {
    const { leases, lease, timeouts } = this.parts;
    const { everyMs, giveUpAfterMs } = renewalTiming(timeouts.leaseMs);
    let renewedAt = performance.now();
    while (await this.pause(everyMs)) {
      const asked = performance.now();
      // A store that is away for a moment is asked again.
      const renewed = await leases.renew(lease).catch(() => undefined);
      if (renewed === true) renewedAt = asked;
      if (renewed === false || performance.now() - renewedAt >= giveUpAfterMs) {
        this.lost.abort(lockLost());
        return;
      }
    }
  }

  /** False when the session was released meanwhile. */
  private async pause(ms: number): Promise<boolean> {
    const { signal } = this.released;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}

function lockLost(): MigrationLockLostError {
  return new MigrationLockLostError(
    'mongo: the lock could not be renewed in time, so that another runner may have it; run again',
  );
}
