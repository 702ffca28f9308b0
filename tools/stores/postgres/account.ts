import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { StoreError } from '../store.ts';

/** A user that PostgreSQL may run as: it refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A command line, and the user that Node is to start it as. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly account?: Account;
}

/** Tried in turn when root starts PostgreSQL. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * Who runs PostgreSQL when we are root: the owner of the data that is there already, else the
 * machine's `postgres`, else `nobody`. Undefined when we are an ordinary user: we do.
 */
export function postgresAccount(dataFolder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const data = statSync(dataFolder, { throwIfNoEntry: false });
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  for (const name of CANDIDATES) {
    const [uid, gid] = [numberOf(name, '-u'), numberOf(name, '-g')];
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new StoreError(
    'postgres',
    'PostgreSQL refuses to run as root, and this machine has no user "postgres" or "nobody" to ' +
      'run it as: add one, start as an ordinary user, or set DATABASE_URL.',
  );
}

/**
 * The command line that runs a program as `account` although it, or its data, lies below a folder
 * that only root may enter, such as /root: the process keeps one capability, to pass folders.
 *
 * @throws StoreError when that is needed and this machine cannot do it.
 */
export function invocationAs(
  account: Account | undefined,
  { command, args, paths }: { command: string; args: readonly string[]; paths: readonly string[] },
): Invocation {
  const closed = account && paths.map(closedFolder).find((folder) => folder !== undefined);
  if (!account || closed === undefined) return { command, args, account };
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw new StoreError(
      'postgres',
      `PostgreSQL cannot run as root, and no other user may enter ${closed}: ` +
        `run "chmod o+x ${closed}", move the clone elsewhere, or set DATABASE_URL.`,
    );
  }
  return {
    command: 'setpriv',
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      // PostgreSQL asks access(2), which else leaves out the capabilities of all but root.
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      command,
      ...args,
    ],
  };
}

/** The first folder on the way to `target` that others may not enter. */
function closedFolder(target: string): string | undefined {
  const folders = [path.dirname(target)];
  for (let [folder = '/'] = folders; folder !== path.dirname(folder);) {
    folder = path.dirname(folder);
    folders.unshift(folder);
  }
  return folders.find((folder) => (statSync(folder).mode & 0o001) === 0);
}

function numberOf(user: string, flag: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, user], { encoding: 'utf8' });
  return status === 0 ? Number(stdout.trim()) : undefined;
}
