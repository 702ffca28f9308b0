import { hostname, userInfo } from 'node:os';
import type { MigrationLogger } from './migration-logger.js';
import type { ProblemPolicies, ProblemPolicy } from './history-problem.js';
import type { MigrationStore } from './migration-store.js';
import { MigrationOptionsError } from './migrations.errors.js';

/** What a run does right now. */
export interface MigrationProgress {
  readonly store: string;
  /** `0003_likes` */
  readonly migration: string;
  /** Which of how many it is, from 1. */
  readonly number: number;
  readonly of: number;
  /** How far it is itself, if it tells: statements, documents or whatever it counts. */
  readonly done?: number;
  readonly total?: number;
}

/** Options of a `Migrator`. */
export interface MigratorOptions {
  /** The store to migrate: `postgresMigrationStore(…)`, `mongoMigrationStore(…)` or your own. */
  readonly store: MigrationStore;
  /** The folder that holds this store's files, such as `migrations/postgres`. */
  readonly directory: string;
  /** Default: silent. */
  readonly logger?: MigrationLogger;
  /** Told what is done and how far it is, at least at the begin of each file. Default: nobody. */
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** How long to wait, in ms, while another runner works. Default: 300,000 (five minutes). */
  readonly lockWaitMs?: number;
  /** What to do about problems that leave a choice; default: refuse to run. See `ProblemPolicy`. */
  readonly policies?: ProblemPolicies;
  /** Written to the ledger: the version of the software that brings these migrations. */
  readonly appVersion?: string;
  /** Written to the ledger. Default: `user@host:pid`. */
  readonly executedBy?: string;
}

const silent: MigrationLogger = { info: () => undefined, warn: () => undefined };

const DEFAULTS = { lockWaitMs: 300_000 };

/** Options with their defaults. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

export function resolveOptions(options: MigratorOptions) {
  return {
    store: options.store,
    directory: options.directory,
    logger: options.logger ?? silent,
    ...durations(DEFAULTS, options),
    onProgress: options.onProgress,
    policies: { ...options.policies } as Readonly<Record<string, ProblemPolicy | undefined>>,
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
