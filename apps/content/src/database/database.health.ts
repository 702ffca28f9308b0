import { fileURLToPath } from 'node:url';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import {
  Migrator,
  mongoMigrationStore,
  StoreAheadError,
  StoreBehindError,
} from '@trilith/migrations';
import { HealthRegistry, NotReadyError } from '@trilith/service';
import type { Connection } from 'mongoose';

import { databaseOf } from './connection.js';

/** The migrations that this release was made with. */
const MIGRATIONS = fileURLToPath(new URL('../../../../migrations/mongo', import.meta.url));
/** As long as a check may take. */
const TIMEOUT_MS = 1_000;

/** Makes readiness depend on an answer from MongoDB, and on the collections that this release needs. */
@Injectable()
export class DatabaseHealth implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    @InjectConnection() private readonly connection: Connection,
  ) {}

  onModuleInit(): void {
    const { connection } = this;
    const store = mongoMigrationStore({ connection, commandTimeoutMs: TIMEOUT_MS });
    const migrator = new Migrator({ store, directory: MIGRATIONS });
    this.health.register('mongodb', async () => {
      await databaseOf(connection).command({ ping: 1 }, { timeoutMS: TIMEOUT_MS });
      await migrator.assertUpToDate().catch((error: unknown) => {
        const isOurs = error instanceof StoreBehindError || error instanceof StoreAheadError;
        throw isOurs ? new NotReadyError(error.message, { cause: error }) : error;
      });
    });
  }
}
