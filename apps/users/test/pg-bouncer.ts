import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { eventually } from '@trilith/testing';
import pg from 'pg';

/** Debian has it where only root looks. */
const PATH = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(path.delimiter);

/** The version of the program, where it is installed. */
export function pgBouncerVersion(): string | undefined {
  const { stdout } = spawnSync('pgbouncer', ['-V'], { env: { PATH }, encoding: 'utf8' });
  return /PgBouncer (\d+\.\d+)/.exec(stdout ?? '')?.[1];
}

/** A PgBouncer in transaction mode, in front of one database. */
export interface PgBouncer {
  readonly url: string;
  /** Those of the server that it holds open for the database. */
  sessions(): Promise<number>;
  close(): Promise<void>;
}

/** @param poolSize sessions of the server that all clients share */
export async function startPgBouncer(databaseUrl: string, poolSize: number): Promise<PgBouncer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-pgbouncer-'));
  const port = await freePort();
  const url = new URL(databaseUrl);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  writeFileSync(path.join(folder, 'users.txt'), `"${user}" "${password}"\n`);
  writeFileSync(
    path.join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${url.hostname} port=${url.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
admin_users = ${user}
auth_file = ${path.join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
server_login_retry = 1
ignore_startup_parameters = options,statement_timeout,idle_in_transaction_session_timeout,application_name
`,
  );
  // It does not run as root, and reads its files as somebody else then.
  for (const file of ['', 'users.txt', 'pgbouncer.ini']) chmodSync(path.join(folder, file), 0o755);
  const as = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...as, path.join(folder, 'pgbouncer.ini')], {
    env: { PATH },
    stdio: 'ignore',
  });
  url.hostname = '127.0.0.1';
  url.port = String(port);
  await answers(url.href, child);
  return {
    url: url.href,
    sessions: async () => {
      const console = new URL(url.href);
      const database = url.pathname.slice(1);
      console.pathname = '/pgbouncer';
      const pools = await ask<Record<string, string>>(console.href, 'SHOW POOLS');
      const pool = pools.find((each) => each.database === database);
      return Number(pool?.sv_active) + Number(pool?.sv_idle) + Number(pool?.sv_used);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(connectionString: string, child: ChildProcess): Promise<void> {
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
    await ask(connectionString, 'SELECT 1');
  });
}

async function ask<Row extends object>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
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
