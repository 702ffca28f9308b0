import { fileURLToPath } from 'node:url';
import type { OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import {
  Migrator,
  postgresMigrationStore,
  StoreAheadError,
  StoreBehindError,
} from '@trilith/migrations';
import { HealthRegistry, NotReadyError } from '@trilith/service';
import { DataSource } from 'typeorm';

/** The migrations that this release was made with. */
const MIGRATIONS = fileURLToPath(new URL('../../../../migrations/postgres', import.meta.url));
/** A check has a second. */
const TIMEOUTS = { connectTimeoutMs: 1_000, commandTimeoutMs: 1_000 };

/** Makes readiness depend on an answer from PostgreSQL, and on the schema that this release needs. */
@Injectable()
export class DatabaseHealth implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    const store = postgresMigrationStore({ dataSource: this.dataSource, ...TIMEOUTS });
    const migrator = new Migrator({ store, directory: MIGRATIONS });
    this.health.register('postgres', async () => {
      await this.dataSource.query('SELECT 1');
      await migrator.assertUpToDate().catch((error: unknown) => {
        const isOurs = error instanceof StoreBehindError || error instanceof StoreAheadError;
        throw isOurs ? new NotReadyError(error.message, { cause: error }) : error;
      });
    });
  }
}
