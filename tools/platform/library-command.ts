import { existsSync } from 'node:fs';
import path from 'node:path';
import { ChildGroup } from '../processes/child-group.ts';
import { interruption } from '../processes/interruption.ts';
import { holdStores } from '../stores/client.ts';
import { devProfile, STORE_TITLES, type StoreName, WORKSPACE } from '../stores/profile.ts';
import { build } from './build.ts';
import { ownEnvironment } from './environment.ts';

const GRACE_MS = 10_000;

/** A command line that a library brings, for `npm run <name>`. */
export interface LibraryCommand {
  readonly name: string;
  /** Compiled, below the workspace. */
  readonly file: string;
  /** Those that these arguments need. */
  readonly storesFor: (args: readonly string[]) => readonly StoreName[];
}

/**
 * Runs a library's command line on the platform's own stores where the environment names none.
 *
 * @returns its exit code.
 */
export async function runLibraryCommand({
  name,
  file,
  storesFor,
}: LibraryCommand): Promise<number> {
  const args = process.argv.slice(2);
  const interrupted = interruption();
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (!asksForHelp || !existsSync(path.join(WORKSPACE, file))) await build(interrupted);
  const run = async (env: NodeJS.ProcessEnv) => inForeground([file, ...args], env, interrupted);
  if (asksForHelp) return run(process.env);
  const env = ownEnvironment();
  const stores = await holdStores({
    profile: devProfile(),
    stores: storesFor(args),
    holder: `npm run ${name} (pid ${process.pid})`,
    env,
    signal: interrupted,
    onProgress: (store, text) => console.error(`${STORE_TITLES[store]}: ${text}`),
  });
  try {
    return await run({ ...env, ...stores.env });
  } finally {
    await stores.release();
  }
}

async function inForeground(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<number> {
  interrupted.throwIfAborted();
  const runner = new ChildGroup(process.execPath, args, {
    cwd: WORKSPACE,
    env,
    stdio: 'inherit',
  });
  interrupted.addEventListener('abort', () => void runner.stop(GRACE_MS));
  return runner.ended;
}
