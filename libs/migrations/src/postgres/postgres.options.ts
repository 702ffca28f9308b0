import type { Pool } from 'pg';
import { MigrationOptionsError } from '../migrations.errors.js';
import { wholeMs } from '../migrator.options.js';

/** Where the database is: a URL, or a pool that the application has anyway. */
export type PostgresTarget =
  | {
      /** `postgres://user:password@host:5432/database?…`; not through a transaction pooler. */
      readonly url: string;
    }
  | {
      /** Not closed by `close()`. A run takes one of its connections and discards it afterwards. */
      readonly pool: Pool;
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
   * A file may set another by `SET LOCAL lock_timeout`. Default: 2,000.
   */
  readonly lockTimeoutMs?: number;
  /**
   * Longest time, in ms, that one statement of a migration runs. A file may set another by
   * `SET LOCAL statement_timeout`. Default: 900,000 (15 minutes).
   */
  readonly statementTimeoutMs?: number;
};

/** Timeouts with their defaults. */
export interface PostgresTimeouts {
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** @throws MigrationOptionsError */
export function resolveTimeouts(options: PostgresStoreOptions): PostgresTimeouts {
  const ms = (name: keyof PostgresTimeouts, fallback: number) =>
    wholeMs(name, options[name] ?? fallback);
  return {
    connectTimeoutMs: ms('connectTimeoutMs', 5_000),
    commandTimeoutMs: ms('commandTimeoutMs', 10_000),
    lockTimeoutMs: ms('lockTimeoutMs', 2_000),
    statementTimeoutMs: ms('statementTimeoutMs', 900_000),
  };
}

/** @throws MigrationOptionsError that does not repeat the value, which may hold a password */
export function parsePostgresUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return parsed;
  throw new MigrationOptionsError(
    'not a PostgreSQL URL; takes postgres://user:password@host:5432/database',
  );
}
