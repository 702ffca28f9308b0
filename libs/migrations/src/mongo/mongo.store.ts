import { randomUUID } from 'node:crypto';
import type { HistoryProblem } from '../history-problem.js';
import type { MigrationFile } from '../migration-file.js';
import type {
  LedgerEntry,
  MigrationSession,
  MigrationStore,
  MigrationTraits,
  Runner,
} from '../migration-store.js';
import { MigrationFailedError } from '../migrations.errors.js';
import { loadMigration } from './load-migration.js';
import { MongoConnection } from './mongo.connection.js';
import { MongoLeases } from './mongo.lease.js';
import { MongoLedger } from './mongo.ledger.js';
import { resolveTimeouts, type MongoStoreOptions, type MongoTimeouts } from './mongo.options.js';

/**
 * MongoDB 6 or later. A migration is a module that exports a `MongoMigration`; the ledger is the
 * collection `schema_migrations`, the lock the collection `schema_migrations_lock`.
 * @throws MigrationOptionsError
 */
export function mongoMigrationStore(options: MongoStoreOptions): MigrationStore {
  const timeouts = resolveTimeouts(options);
  return new MongoMigrationStore(new MongoConnection(options, timeouts.connectTimeoutMs), timeouts);
}

class MongoMigrationStore implements MigrationStore {
  readonly name = 'mongo';
  readonly extensions = ['.ts', '.js', '.mjs'];
  readonly schemaFile = 'schema.json';
  readonly address: string;
  /** One for the store's life: it remembers since when it has seen a lease unchanged. */
  private leases: MongoLeases | undefined;

  constructor(
    private readonly connection: MongoConnection,
    private readonly timeouts: MongoTimeouts,
    /** Takes away what was made for this store alone. */
    private readonly cleanUp: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.address = connection.address;
  }

  async inspect(file: MigrationFile): Promise<HistoryProblem | undefined> {
    try {
      await loadMigration(file);
      return undefined;
    } catch (error) {
      if (!(error instanceof MigrationFailedError)) throw error;
      return { kind: 'unsupported', fileName: file.fileName, reason: error.failure.reason };
    }
  }

  async traitsOf(file: MigrationFile): Promise<MigrationTraits> {
    const migration = await loadMigration(file);
    const { breaking = false } = migration;
    const reversible = 'down' in migration;
    return { breaking, transactional: false, reversible, upText: file.text };
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    return this.connection.asking(async (db) =>
      new MongoLedger(db, this.timeouts.commandTimeoutMs).read(),
    );
  }

  async tryLock(runner: Runner): Promise<MigrationSession | undefined> {
    return this.connection.asking(async (db) => {
      const leases = (this.leases ??= new MongoLeases(db, this.timeouts));
      const lease = await leases.tryTake(runner.executedBy);
      if (lease === undefined) return undefined;
      // Not at the start of those who find nothing to do.
      const { MongoSession } = await import('./mongo.session.js');
      const ledger = new MongoLedger(db, this.timeouts.commandTimeoutMs);
      return new MongoSession({
        connection: this.connection,
        ledger,
        leases,
        lease,
        timeouts: this.timeouts,
      });
    });
  }

  async lockHolder(): Promise<string | undefined> {
    return this.connection.asking(async (db) => new MongoLeases(db, this.timeouts).holder());
  }

  async describeSchema({ ignore = [] }: { ignore?: readonly string[] } = {}): Promise<string> {
    const { readMongoSchema } = await import('./schema/read-schema.js');
    return this.connection.asking(async (db) =>
      readMongoSchema(db, { timeoutMs: this.timeouts.commandTimeoutMs, ignore }),
    );
  }

  /** MongoDB makes a database when something is put into it. */
  async openScratch(): Promise<MigrationStore> {
    const scratch = this.connection.toDatabase(`scratch_${randomUUID().replaceAll('-', '')}`);
    const drop = async () => {
      await scratch.asking(async (db) => db.dropDatabase());
      await scratch.close();
    };
    return Promise.resolve(new MongoMigrationStore(scratch, this.timeouts, drop));
  }

  async close(): Promise<void> {
    this.leases = undefined;
    await this.cleanUp();
    await this.connection.close();
  }
}
