import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import pg from 'pg';
import { MIGRATE } from '../../../platform/migrations.ts';
import { WORKSPACE } from '../../../stores/profile.ts';
import type { BenchContext } from '../../frame/benchmark.ts';

/**
 * A database of its own on the server that is measured, with the tables that production has, gone at
 * the end. Resolves to its address.
 */
export async function scratchDatabase({ env, signal, atEnd }: BenchContext): Promise<string> {
  const server = env.DATABASE_URL ?? '';
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await run(server, `CREATE DATABASE ${name}`);
  atEnd(async () => run(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = name;
  await execa(process.execPath, [MIGRATE, 'up', '--store', 'postgres'], {
    cwd: WORKSPACE,
    env: { DATABASE_URL: url.href },
    cancelSignal: signal,
  });
  return url.href;
}

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
