import { hostname, userInfo } from 'node:os';
import type { MigrationLogger } from './migration-logger.js';
import type { TolerableProblem } from './history-problem.js';
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
  /**
   * Problems to warn of instead of refusing to run: `missing_file` lets an older release start on a
   * store that is ahead of it, `out_of_order` runs a late file, `gap` skips a number. Default: none.
   */
  readonly tolerate?: readonly TolerableProblem[];
  /** Written to the ledger: the version of the software that brings these migrations. */
  readonly appVersion?: string;
  /** Written to the ledger. Default: `user@host:pid`. */
  readonly executedBy?: string;
}

const silent: MigrationLogger = { info: () => undefined, warn: () => undefined };

const DEFAULTS = { lockWaitMs: 300_000 };

/** Options with their defaults. */
export function resolveOptions(options: MigratorOptions) {
  return {
    store: options.store,
    directory: options.directory,
    logger: options.logger ?? silent,
    ...durations(DEFAULTS, options),
    tolerate: new Set<string>(options.tolerate),
    runner: {
      executedBy: options.executedBy ?? defaultExecutedBy(),
      appVersion: options.appVersion,
    },
  };
}

/**
 * Durations given as options, in ms, over their defaults.
 * @throws MigrationOptionsError unless each is a whole number above 0
 */
export function durations<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  given: { readonly [Each in NoInfer<Name>]?: number },
): Record<Name, number> {
  const result: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const value = given[name] ?? defaults[name];
    // Timers and PostgreSQL's settings hold 31 bits: more would wrap around to "at once".
    if (!Number.isInteger(value) || value <= 0 || value >= 2 ** 31) {
      throw new MigrationOptionsError(
        `${name}: got ${value}; takes a whole number of milliseconds from 1 to 2147483647`,
      );
    }
    result[name] = value;
  }
  return result;
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
