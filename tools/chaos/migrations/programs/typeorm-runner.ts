import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { RunnerReport, TypeOrmSettings } from './settings.ts';
import { readSettings, startSignal, tell } from './starting-line.ts';

/** TypeORM sorts by a time at the end of the name. */
const EPOCH_MS = 1_700_000_000_000;

const { url, directory } = readSettings() as TypeOrmSettings;
const files = readdirSync(directory).toSorted();

const dataSource = new DataSource({
  type: 'postgres',
  url,
  migrations: files.map(migrationOf),
  migrationsTransactionMode: 'each',
});
await startSignal();
await dataSource.initialize();
const applied = await dataSource.runMigrations();
await dataSource.destroy();
const versions = applied.map(({ timestamp }) => timestamp - EPOCH_MS);
await tell({ versions, warnings: [] } satisfies RunnerReport);

/** The same file, as the class that TypeORM wants. */
function migrationOf(fileName: string): new () => MigrationInterface {
  const version = Number.parseInt(fileName, 10);
  const sql = readFileSync(path.join(directory, fileName), 'utf8');
  const isOwnTransaction = sql.includes('-- migrate: no-transaction');
  return class implements MigrationInterface {
    readonly name = `File${EPOCH_MS + version}`;
    readonly transaction = !isOwnTransaction;

    async up(runner: QueryRunner): Promise<void> {
      const statements = isOwnTransaction ? sql.split(';') : [sql];
      for (const statement of statements) await runner.query(statement);
    }

    async down(): Promise<void> {
      await Promise.reject(new Error('nobody reverts it'));
    }
  };
}
