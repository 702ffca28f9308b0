import { execa } from 'execa';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure } from '../terminal/failure.ts';

/** The runner's command line, compiled. */
export const MIGRATE = 'libs/migrations/dist/cli.js';

/**
 * Brings PostgreSQL and MongoDB up to date.
 *
 * @throws Failure with the runner's output.
 */
export async function migrate(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const { failed, all } = await execa(process.execPath, [MIGRATE, 'up'], {
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
