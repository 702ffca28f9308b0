// `npm run migrate -- …`: the migration runner, on the platform's own stores where the environment
// names none.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ChildGroup } from '../processes/child-group.ts';
import { interruption } from '../processes/interruption.ts';
import { holdStores } from '../stores/client.ts';
import { devProfile, STORE_TITLES, WORKSPACE } from '../stores/profile.ts';
import { runMain } from '../terminal/failure.ts';
import { build } from './build.ts';
import { ownEnvironment } from './environment.ts';
import { MIGRATE } from './migrations.ts';

const GRACE_MS = 10_000;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const interrupted = interruption();
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (!asksForHelp || !existsSync(path.join(WORKSPACE, MIGRATE))) await build(interrupted);
  if (asksForHelp) return run(args, process.env, interrupted);
  const env = ownEnvironment();
  const stores = await holdStores({
    profile: devProfile(),
    stores: ['postgres', 'mongodb'],
    holder: `npm run migrate (pid ${process.pid})`,
    env,
    signal: interrupted,
    onProgress: (store, text) => console.error(`${STORE_TITLES[store]}: ${text}`),
  });
  try {
    return await run(args, { ...env, ...stores.env }, interrupted);
  } finally {
    await stores.release();
  }
}

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<number> {
  interrupted.throwIfAborted();
  const runner = new ChildGroup(process.execPath, [MIGRATE, ...args], {
    cwd: WORKSPACE,
    env,
    stdio: 'inherit',
  });
  interrupted.addEventListener('abort', () => void runner.stop(GRACE_MS));
  return runner.ended;
}

await runMain(main);
