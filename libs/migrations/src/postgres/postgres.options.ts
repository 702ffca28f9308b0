import type { Pool } from 'pg';
import type { TypeOrmDataSource } from './typeorm-data-source.js';
import { MigrationOptionsError } from '../migrations.errors.js';
import { durations } from '../migrator.options.js';

/** Where the database is: a URL, or a pool that the application has anyway. */
export type PostgresTarget =
  | {
      /** `postgres://user:password@host:5432/database?…`; not through a transaction pooler. */
      readonly url: string;
    }
  | {
      /** Not closed by `close()`. A run takes one of its connections and discards it afterwards. */
      readonly pool: Pool;
    }
  | {
      /** TypeORM's, initialised: its pool is used as `pool` would be. */
      readonly dataSource: TypeOrmDataSource;
    };

/** Options of `postgresMigrationStore`. */
export type PostgresStoreOptions = PostgresTarget & {
  /** Longest time, in ms, to get a connection. Default: 5,000. */
  readonly connectTimeoutMs?: number;
  /** Longest time, in ms, for reading the ledger and the like. Default: 10,000. */
  readonly commandTimeoutMs?: number;
  /**
   * Longest time, in ms, that a statement of a migration waits for a lock. While it waits, all
   * later queries on that table queue behind it, so this is what a busy table can stand still.
   * A file may set another by `-- migrate: lock-timeout 500ms`. Default: 2,000.
   */
  readonly lockTimeoutMs?: number;
  /**
   * How long, in ms, a migration that waited in vain for a lock is rolled back and tried again, with
   * pauses in which the queue behind it runs. Default: 60,000.
   */
  readonly lockRetryMs?: number;
  /**
   * Longest time, in ms, that one statement of a migration runs. A file may set another by
   * `-- migrate: statement-timeout 1h`. Default: 900,000 (15 minutes).
   */
  readonly statementTimeoutMs?: number;
  /** Longest time, in ms, that one migration runs. Default: 3,600,000 (an hour). */
  readonly migrationTimeoutMs?: number;
  /**
   * Longest time, in ms, that `plan` tries migrations out: as long it may hold their locks, on which
   * the traffic waits. Default: 5,000.
   */
  readonly rehearsalTimeoutMs?: number;
};

const DEFAULTS = {
  connectTimeoutMs: 5_000,
  commandTimeoutMs: 10_000,
  lockTimeoutMs: 2_000,
  lockRetryMs: 60_000,
  statementTimeoutMs: 900_000,
  migrationTimeoutMs: 3_600_000,
  rehearsalTimeoutMs: 5_000,
};

/** Timeouts with their defaults. */
export type PostgresTimeouts = Readonly<typeof DEFAULTS>;

/** @throws MigrationOptionsError */
export function resolveTimeouts(options: PostgresStoreOptions): PostgresTimeouts {
  return durations(DEFAULTS, options);
}

/** @throws MigrationOptionsError that does not repeat the value, which may hold a password */
export function parsePostgresUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return parsed;
  throw new MigrationOptionsError(
    'not a PostgreSQL URL; takes postgres://user:password@host:5432/database',
  );
}
