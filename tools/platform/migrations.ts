import { execa } from 'execa';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure } from '../terminal/failure.ts';

/** The runner's command line, compiled. */
export const MIGRATE = 'libs/migrations/dist/cli.js';

export interface MigrateOptions {
  /** Only this one, as the runner names it. Default: both. */
  readonly store?: 'postgres' | 'mongo';
  readonly signal?: AbortSignal;
}

/**
 * Brings PostgreSQL and MongoDB up to date.
 *
 * @throws Failure with the runner's output.
 */
export async function migrate(
  env: NodeJS.ProcessEnv,
  { store, signal }: MigrateOptions = {},
): Promise<void> {
  const only = store === undefined ? [] : ['--store', store];
  const { failed, all } = await execa(process.execPath, [MIGRATE, 'up', ...only], {
    cwd: WORKSPACE,
    env,
    extendEnv: false,
    all: true,
    reject: false,
    cancelSignal: signal,
  });
  signal?.throwIfAborted();
  if (failed) throw new Failure(`The migrations failed:\n${all}`);
}
