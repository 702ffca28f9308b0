import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { MigrationOptionsError, StoreUnreachableError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import { parsePostgresUrl, type PostgresTarget } from './postgres.options.js';
import { poolOf } from './typeorm-data-source.js';

/** Connections to one database; none is opened before the first is needed. */
export class PostgresConnections {
  /** Host, port and database. */
  readonly address: string;
  private readonly url: string | undefined;
  private readonly givenPool: Pool | undefined;
  private ownPool: Promise<Pool> | undefined;
  private readonly listenedTo = new WeakSet<PoolClient>();

  constructor(
    target: PostgresTarget,
    private readonly connectTimeoutMs: number,
  ) {
    if ('pool' in target || 'dataSource' in target) {
      this.givenPool = 'pool' in target ? target.pool : poolOf(target.dataSource);
      this.address = 'the database of the given pool';
    } else {
      this.url = target.url;
      const { host, pathname } = parsePostgresUrl(target.url);
      this.address = `${host}${pathname}`;
    }
  }

  /**
   * A connection of one's own. Give it back by `release()`, or by `release(true)` if what was set on
   * it should end with it.
   * @throws StoreUnreachableError
   */
  async connect(): Promise<PoolClient> {
    try {
      const client = await this.connectWithinDeadline();
      this.outliveErrorsOf(client);
      return client;
    } catch (cause) {
      throw new StoreUnreachableError('postgres', this.address, reasonOf(cause), { cause });
    }
  }

  /** Runs the work on a connection; one on which it failed is discarded. */
  async withConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let failed = true;
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      client.release(failed);
    }
  }

  /**
   * Connections to another database of the same server.
   * @throws MigrationOptionsError if only a pool is known of the server
   */
  toDatabase(name: string): PostgresConnections {
    if (this.url === undefined) {
      throw new MigrationOptionsError(
        'a database of its own needs a URL of the server, not a pool',
      );
    }
    const url = parsePostgresUrl(this.url);
    url.pathname = `/${name}`;
    return new PostgresConnections({ url: url.href }, this.connectTimeoutMs);
  }

  /** Closes the pool that was opened here; one that was given stays open. */
  async close(): Promise<void> {
    const pool = await this.ownPool;
    this.ownPool = undefined;
    await pool?.end();
  }

  /**
   * A connection that breaks while it is out of the pool raises an event, which would end the
   * process without a listener. The query under way, or the next, fails with the same reason.
   */
  private outliveErrorsOf(client: PoolClient): void {
    if (this.listenedTo.has(client)) return;
    this.listenedTo.add(client);
    client.on('error', () => undefined);
  }

  private async connectWithinDeadline(): Promise<PoolClient> {
    const connecting = (await this.pool()).connect();
    const deadline = new AbortController();
    const expired = sleep(this.connectTimeoutMs, 'expired' as const, deadline);
    try {
      const first = await Promise.race([connecting, expired]);
      if (first !== 'expired') return first;
    } finally {
      deadline.abort();
      expired.catch(() => undefined);
    }
    connecting.then(
      (late) => late.release(),
      () => undefined,
    );
    throw new Error(`no connection within ${this.connectTimeoutMs} ms`);
  }

  private async pool(): Promise<Pool> {
    return this.givenPool ?? (this.ownPool ??= this.openPool());
  }

  /** Loaded here, so that whoever migrates another store need not install `pg`. */
  private async openPool(): Promise<Pool> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: this.url,
      connectionTimeoutMillis: this.connectTimeoutMs,
      application_name: 'trilith-migrations',
      keepAlive: true,
      max: 2,
      allowExitOnIdle: true,
    });
    // Idle connections may be cut at any time; the pool opens another when it is asked.
    pool.on('error', () => undefined);
    return pool;
  }
}
