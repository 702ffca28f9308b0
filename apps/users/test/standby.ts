import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { eventually } from '@trilith/testing';
import pg from 'pg';

import {
  type Account,
  invocationAs,
  postgresAccount,
} from '../../../tools/stores/postgres/account.ts';
import { postgresBinaries } from '../../../tools/stores/postgres/binaries.ts';

const run = promisify(execFile);
const NAME = 'trilith';

/** A PostgreSQL of a test's own, and a standby that streams from it. */
export interface StreamingPair {
  readonly primary: string;
  readonly standby: string;
  /** The standby shows what it knows by now, and nothing later, until {@link resume}. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  killStandby(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Without pg_basebackup, which the package from npm does not have: the standby begins as a copy of the
 * primary before that has ever run.
 */
export async function startStreamingPair(): Promise<StreamingPair> {
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-standby-'));
  const account = postgresAccount(folder);
  if (account) chownSync(folder, account.uid, account.gid);
  const [first, second] = ['primary', 'standby'].map((name) => path.join(folder, name));
  const { initdb } = await postgresBinaries();
  const options = `--pgdata ${first} --username ${NAME} --auth trust --encoding UTF8 --locale C --no-sync`;
  await runAs(account, initdb, folder, options.split(' '));
  await run('cp', ['-a', first ?? '', second ?? '']);
  writeFileSync(path.join(second ?? '', 'standby.signal'), '');
  const [primary, standby] = [new Server(first ?? '', account), new Server(second ?? '', account)];
  await primary.start([]);
  const source = new URL(primary.url);
  const origin = `host=${source.hostname} port=${source.port} user=${NAME}`;
  await standby.start([`primary_conninfo=${origin}`]);
  return {
    primary: primary.url,
    standby: standby.url,
    pause: async () => ask(standby.url, 'SELECT pg_wal_replay_pause()'),
    resume: async () => ask(standby.url, 'SELECT pg_wal_replay_resume()'),
    killStandby: async () => standby.stop(),
    close: async () => {
      await standby.stop();
      await primary.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One server on a free port. */
class Server {
  url = '';
  #child: ChildProcess | undefined;

  constructor(
    private readonly folder: string,
    private readonly account: Account | undefined,
  ) {}

  async start(settings: readonly string[]): Promise<void> {
    const { postgres } = await postgresBinaries();
    const port = await freePort();
    const all = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      ...settings,
    ];
    const { command, args, account } = invocationAs(this.account, {
      command: postgres,
      args: ['-D', this.folder, '-p', String(port), ...all.flatMap((each) => ['-c', each])],
      paths: [postgres, this.folder],
    });
    this.#child = spawn(command, args, { cwd: this.folder, stdio: 'ignore', ...account });
    this.url = `postgres://${NAME}@127.0.0.1:${port}/postgres`;
    await eventually(async () => ask(this.url, 'SELECT 1'), { timeoutMs: 60_000 });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    // Immediate: leaves nothing behind in memory, and nobody misses the data.
    child.kill('SIGQUIT');
    await ended;
  }
}

async function runAs(
  account: Account | undefined,
  program: string,
  cwd: string,
  options: readonly string[],
): Promise<void> {
  const as = invocationAs(account, { command: program, args: options, paths: [program, cwd] });
  await run(as.command, [...as.args], { cwd, ...as.account, env: { ...process.env, LC_ALL: 'C' } });
}

async function ask(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
