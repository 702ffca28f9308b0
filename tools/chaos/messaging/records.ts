import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import type { Act, Effect } from './acts.ts';
import {
  ACTS_DONE,
  ADD_ACTS,
  COUNT_DONE,
  COUNT_EFFECTS,
  COUNT_UNSENT,
  CREATE_TABLES,
  EFFECTS,
} from './stage.sql.ts';

const TIMEOUT_MS = 60_000;
const TYPESCRIPT = path.join(WORKSPACE, 'tools/jest/typescript-child.mjs');
const MIGRATE = path.join(WORKSPACE, 'libs/migrations/src/cli.ts');

/** An effect, and whose it was. */
export interface ReplicaEffect extends Effect {
  readonly replica: string;
}

/** The experiment's own database: what is to be done, what was done, and what came of it. */
export class Records {
  readonly url: string;
  readonly #server: string;
  readonly #name: string;
  readonly #pool: pg.Pool;

  private constructor(server: string) {
    this.#server = server;
    this.#name = `chaos_${randomUUID().replaceAll('-', '')}`;
    const url = new URL(server);
    url.pathname = `/${this.#name}`;
    this.url = url.href;
    this.#pool = new pg.Pool({
      connectionString: this.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    // Without a listener an idle connection that breaks would end the process.
    this.#pool.on('error', () => undefined);
  }

  /** A fresh database on that server, migrated. */
  static async create(server: string, signal: AbortSignal): Promise<Records> {
    const records = new Records(server);
    await records.#onServer(`CREATE DATABASE ${records.#name}`);
    try {
      await migrate(records.url, signal);
      await records.#pool.query(CREATE_TABLES);
      return records;
    } catch (error) {
      await records.drop();
      throw error;
    }
  }

  async drop(): Promise<void> {
    await this.#pool.end();
    await this.#onServer(`DROP DATABASE IF EXISTS ${this.#name} WITH (FORCE)`);
  }

  async addActs(acts: readonly Pick<Act, 'number' | 'key' | 'isPoison'>[]): Promise<void> {
    const rows = acts.map(({ number, key, isPoison }) => ({ number, key, is_poison: isPoison }));
    await this.#pool.query(ADD_ACTS, [JSON.stringify(rows)]);
  }

  async actsDone(): Promise<Act[]> {
    return this.query<Act>(ACTS_DONE);
  }

  async countDone(): Promise<number> {
    return this.#count(COUNT_DONE);
  }

  /** Events that no relay has marked as sent. */
  async countUnsent(): Promise<number> {
    return this.#count(COUNT_UNSENT);
  }

  async effects(service: string): Promise<ReplicaEffect[]> {
    return this.query<ReplicaEffect>(EFFECTS, service);
  }

  async countEffects(service: string): Promise<number> {
    return this.#count(COUNT_EFFECTS, service);
  }

  async query<Row extends object>(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>(sql, parameters)).rows;
  }

  async #count(sql: string, ...parameters: unknown[]): Promise<number> {
    const [row] = await this.query<{ count: number }>(sql, ...parameters);
    return row?.count ?? 0;
  }

  async #onServer(sql: string): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#server,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** From source, as the programs run: nothing needs to be built. */
async function migrate(url: string, signal: AbortSignal): Promise<void> {
  const args = ['--import', TYPESCRIPT, MIGRATE, 'up', '--store', 'postgres'];
  const { failed, all } = await execa(process.execPath, args, {
    cwd: WORKSPACE,
    env: { DATABASE_URL: url, NODE_NO_WARNINGS: '1' },
    all: true,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (failed) throw new Failure(`The migrations failed:\n${all}`);
}
