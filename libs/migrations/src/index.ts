export { checksumOf } from './checksum.js';
export {
  describeProblem,
  type HistoryProblem,
  type ProblemPolicies,
  type ProblemPolicy,
  type ProblemWithPolicy,
} from './history-problem.js';
export { lintMigrations } from './lint/lint-migrations.js';
export type { LintFinding, LintOptions, LintReport } from './lint/lint-report.js';
export { formatVersion, labelOf, type MigrationFile } from './migration-file.js';
export { readMigrationDirectory, type MigrationDirectory } from './migration-directory.js';
export type { MigrationLogger } from './migration-logger.js';
export type {
  LedgerChange,
  LedgerEntry,
  MigrationRun,
  MigrationSession,
  MigrationStore,
  MigrationTraits,
  Rehearsal,
  Runner,
  StatementProgress,
} from './migration-store.js';
export {
  MigrationAbortedError,
  MigrationDirectoryError,
  MigrationError,
  MigrationFailedError,
  MigrationHistoryError,
  MigrationLockLostError,
  MigrationLockTimeoutError,
  MigrationNotReversibleError,
  MigrationOptionsError,
  MigrationVersionError,
  StoreAheadError,
  StoreBehindError,
  StoreFailedError,
  StoreUnreachableError,
  type MigrationFailure,
} from './migrations.errors.js';
export { Migrator, type RunOptions } from './migrator.js';
export type { MigrationProgress, MigratorOptions } from './migrator.options.js';
export type { Backfill, BackfillOptions } from './mongo/backfill.js';
export type { EnsureCollection, EnsureCollectionOptions } from './mongo/ensure-collection.js';
export type { EnsureIndexes, NamedIndex } from './mongo/ensure-indexes.js';
export type { MongoMigration, MongoMigrationContext } from './mongo/mongo-migration.js';
export type { MongooseConnection, MongoStoreOptions, MongoTarget } from './mongo/mongo.options.js';
export { mongoMigrationStore } from './mongo/mongo.store.js';
export type { DownReport } from './operations/down.operation.js';
export type {
  LedgerDifference,
  LedgerReport,
  UnfinishedChoice,
} from './operations/ledger.operations.js';
export type { PlannedMigration, PlanReport } from './operations/plan.operation.js';
export type { MigrationStatus, StatusReport } from './operations/status.operation.js';
export type { UpReport } from './operations/up.operation.js';
export type { PostgresStoreOptions, PostgresTarget } from './postgres/postgres.options.js';
export { postgresMigrationStore } from './postgres/postgres.store.js';
export type { TypeOrmDataSource } from './postgres/typeorm-data-source.js';
export { verifySchema, type VerifyOptions, type VerifyReport } from './verify/verify-schema.js';
