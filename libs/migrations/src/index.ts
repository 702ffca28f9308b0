export { checksumOf } from './checksum.js';
export { describeProblem, type HistoryProblem, type TolerableProblem } from './history-problem.js';
export { formatVersion, labelOf, type MigrationFile } from './migration-file.js';
export { readMigrationDirectory, type MigrationDirectory } from './migration-directory.js';
export type { MigrationLogger } from './migration-logger.js';
export type {
  LedgerEntry,
  MigrationRun,
  MigrationSession,
  MigrationStore,
  Runner,
} from './migration-store.js';
export {
  MigrationAbortedError,
  MigrationDirectoryError,
  MigrationError,
  MigrationFailedError,
  MigrationHistoryError,
  MigrationLockLostError,
  MigrationLockTimeoutError,
  MigrationOptionsError,
  StoreBehindError,
  StoreFailedError,
  StoreUnreachableError,
  type MigrationFailure,
} from './migrations.errors.js';
export { Migrator, type MigrationStatus, type StatusReport, type UpReport } from './migrator.js';
export type { MigratorOptions } from './migrator.options.js';
export type { MongoMigration, MongoMigrationContext } from './mongo/mongo-migration.js';
export type { MongoStoreOptions, MongoTarget } from './mongo/mongo.options.js';
export { mongoMigrationStore } from './mongo/mongo.store.js';
export type { PostgresStoreOptions, PostgresTarget } from './postgres/postgres.options.js';
export { postgresMigrationStore } from './postgres/postgres.store.js';
