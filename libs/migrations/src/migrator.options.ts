import { hostname, userInfo } from 'node:os';
import type { MigrationLogger } from './migration-logger.js';
import type { MigrationStore } from './migration-store.js';
import { MigrationOptionsError } from './migrations.errors.js';

/** Options of a `Migrator`. */
export interface MigratorOptions {
  /** The store to migrate: `postgresMigrationStore(…)`, `mongoMigrationStore(…)` or your own. */
  readonly store: MigrationStore;
  /** The folder that holds this store's files, such as `migrations/postgres`. */
  readonly directory: string;
  /** Default: silent. */
  readonly logger?: MigrationLogger;
  /** How long to wait, in ms, while another runner works. Default: 300,000 (five minutes). */
  readonly lockWaitMs?: number;
  /** Written to the ledger: the version of the software that brings these migrations. */
  readonly appVersion?: string;
  /** Written to the ledger. Default: `user@host:pid`. */
  readonly executedBy?: string;
}

const silent: MigrationLogger = { info: () => undefined, warn: () => undefined };

const DEFAULT_LOCK_WAIT_MS = 300_000;

/** Options with their defaults. */
export function resolveOptions(options: MigratorOptions) {
  return {
    store: options.store,
    directory: options.directory,
    logger: options.logger ?? silent,
    lockWaitMs: wholeMs('lockWaitMs', options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS),
    runner: {
      executedBy: options.executedBy ?? defaultExecutedBy(),
      appVersion: options.appVersion,
    },
  };
}

/**
 * A duration given as an option.
 * @throws MigrationOptionsError unless it is a whole number of milliseconds above 0
 */
export function wholeMs(option: string, value: number): number {
  // Timers and PostgreSQL's settings hold 31 bits: more would wrap around to "at once".
  if (Number.isInteger(value) && value > 0 && value <= 2_147_483_647) return value;
  throw new MigrationOptionsError(
    `${option}: got ${value}; takes a whole number of milliseconds from 1 to 2147483647`,
  );
}

function defaultExecutedBy(): string {
  return `${userName()}@${hostname()}:${process.pid}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers may run under a uid that no passwd entry names.
    return `uid${process.getuid?.() ?? ''}`;
  }
}
