import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { ChaosDatabase, Counted, LedgerLine } from './chaos-database.ts';

const TIMEOUT_MS = 60_000;

const COUNT_EFFECTS = 'SELECT version, count(*)::int AS times FROM effects GROUP BY version';
const LEDGER = 'SELECT version, state, checksum FROM schema_migrations ORDER BY version';
const INVALID_INDEXES = 'SELECT count(*)::int AS count FROM pg_index WHERE NOT indisvalid';
const WAITING = `
SELECT l.locktype AS kind FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database()`;

/** What sessions wait for: `virtualxid` is what works concurrently, and waits for older transactions. */
export type LockKind = 'advisory' | 'relation' | 'virtualxid';

interface EffectRow {
  version: number;
  times: number;
}

/** A database on the experiments' PostgreSQL. Migrations insert into its table `effects`. */
export class PostgresDatabase implements ChaosDatabase {
  readonly store = 'postgres';
  readonly url: string;
  readonly pool: pg.Pool;
  readonly #server: string;
  readonly #name = `chaos_${randomUUID().replaceAll('-', '')}`;

  private constructor(server: string) {
    this.#server = server;
    const url = new URL(server);
    url.pathname = `/${this.#name}`;
    this.url = url.href;
    this.pool = new pg.Pool({
      connectionString: this.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      max: 30,
    });
    // Without a listener an idle connection that breaks would end the process.
    this.pool.on('error', () => undefined);
  }

  static async create(server: string): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(server);
    await database.#onServer(`CREATE DATABASE ${database.#name}`);
    return database;
  }

  async count(): Promise<Counted> {
    const effects = await this.#rowsOf<EffectRow>('effects', COUNT_EFFECTS);
    const ledger = await this.#rowsOf<LedgerLine>('schema_migrations', LEDGER);
    return { effects: new Map(effects.map(({ version, times }) => [version, times])), ledger };
  }

  async invalidIndexes(): Promise<number> {
    return this.#countOf(INVALID_INDEXES);
  }

  /** Whether a session waits for such a lock, which another holds. */
  async someoneWaitsFor(kind: LockKind): Promise<boolean> {
    const waiting = await this.query<{ kind: string }>(WAITING);
    return waiting.some((each) => each.kind === kind);
  }

  /** A connection of its own, with a transaction open in which this was run. Disposing ends it. */
  async openTransaction(sql: string): Promise<{ end(): Promise<void> }> {
    const client = new pg.Client({ connectionString: this.url, query_timeout: TIMEOUT_MS });
    // The database may be dropped with force while it is open.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`BEGIN; ${sql}`);
    return { end: async () => client.end() };
  }

  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    return (await this.pool.query<Row>(sql)).rows;
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await this.#onServer(`DROP DATABASE ${this.#name} WITH (FORCE)`);
  }

  /** None where nobody has made the table. */
  async #rowsOf<Row extends pg.QueryResultRow>(table: string, sql: string): Promise<Row[]> {
    const [found] = await this.query<{ there: boolean }>(
      `SELECT to_regclass('${table}') IS NOT NULL AS there`,
    );
    return found?.there ? this.query<Row>(sql) : [];
  }

  async #countOf(sql: string): Promise<number> {
    const [row] = await this.query<{ count: number }>(sql);
    return row?.count ?? 0;
  }

  async #onServer(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#server, query_timeout: TIMEOUT_MS });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
