import type { Pool } from 'pg';
import { MigrationOptionsError } from '../migrations.errors.js';

/** What is needed of a TypeORM `DataSource`, whatever its version. */
export interface TypeOrmDataSource {
  readonly isInitialized: boolean;
  /** Its `master` is the pool, with the driver for PostgreSQL. */
  readonly driver: object;
}

/** @throws MigrationOptionsError if it is not initialised, or is of another database */
export function poolOf(dataSource: TypeOrmDataSource): Pool {
  const pool = 'master' in dataSource.driver ? dataSource.driver.master : undefined;
  if (dataSource.isInitialized && isPool(pool)) return pool;
  throw new MigrationOptionsError('dataSource: takes an initialised data source for PostgreSQL');
}

function isPool(pool: unknown): pool is Pool {
  return (
    typeof pool === 'object' &&
    pool !== null &&
    'connect' in pool &&
    typeof pool.connect === 'function' &&
    'totalCount' in pool
  );
}
