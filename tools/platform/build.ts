import { execa } from 'execa';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure } from '../terminal/failure.ts';

/**
 * Compiles what has changed, and lays the scripts and queries that the code reads beside it.
 *
 * @throws Failure with the compiler's output.
 */
export async function build(signal?: AbortSignal): Promise<void> {
  await step('tsc', ['-b'], signal);
  await step(process.execPath, ['tools/build/copy-assets.mjs'], signal);
}

async function step(command: string, args: string[], signal?: AbortSignal): Promise<void> {
  const options = { cwd: WORKSPACE, all: true, reject: false, cancelSignal: signal } as const;
  const { failed, all } = await execa(command, args, options);
  signal?.throwIfAborted();
  if (failed) throw new Failure(`The build failed:\n${all}`);
}
