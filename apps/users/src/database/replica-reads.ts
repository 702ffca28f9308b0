import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { isStoreFailure } from '@trilith/service';
import type { Pool, QueryResultRow } from 'pg';

/** How long a replica that failed is left alone, in milliseconds. */
const REST_MS = 5_000;

/** One server that answers reads. */
interface Replica {
  readonly pool: Pool;
  restsUntil: number;
}

/**
 * Reads that may lag: they go to the read replicas in turn, and to the primary where there is none,
 * or none answers. Everything else, and above all what a caller reads of his own, is asked of the
 * primary, so that nobody misses what he has just written; nor does anything go into a cache from
 * here that a write takes out of it, or the cache would keep what the replica did not know yet.
 */
@Injectable()
export class ReplicaReads implements OnApplicationShutdown {
  private readonly logger = new Logger(ReplicaReads.name);
  private readonly replicas: readonly Replica[];
  private turn = 0;

  /** @param pools those of the replicas, which are closed with the service */
  constructor(
    private readonly primary: Pool,
    pools: readonly Pool[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.replicas = pools.map((pool) => ({ pool, restsUntil: -Infinity }));
  }

  /** @throws the database's own error */
  async query<Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return this.using(async (pool) => (await pool.query<Row>(sql, [...values])).rows);
  }

  /**
   * For a read of more than one statement. It may be begun again at another server.
   *
   * @throws the database's own error
   */
  async using<T>(read: (pool: Pool) => Promise<T>): Promise<T> {
    for (const replica of this.inTurn()) {
      try {
        return await read(replica.pool);
      } catch (error) {
        if (!isStoreFailure(error)) throw error;
        replica.restsUntil = this.now() + REST_MS;
        this.logger.warn({ err: error }, 'a read replica fails; others are asked');
      }
    }
    return read(this.primary);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.replicas.map(async ({ pool }) => pool.end()));
  }

  /** Those that do not rest, each call beginning with another one. */
  private inTurn(): Replica[] {
    const able = this.replicas.filter(({ restsUntil }) => restsUntil <= this.now());
    this.turn += 1;
    const first = able.length === 0 ? 0 : this.turn % able.length;
    return [...able.slice(first), ...able.slice(0, first)];
  }
}
