import { StartError } from '@trilith/service';
import { DataSource, type DataSourceOptions } from 'typeorm';

/**
 * Opens the pool and makes sure that the tables are there.
 *
 * @throws StartError in one line: PostgreSQL refuses this service, or was not migrated
 */
export async function openDatabase(options?: DataSourceOptions): Promise<DataSource> {
  if (!options) throw new TypeError('A data source needs options');
  const dataSource = new DataSource(options);
  await dataSource.initialize().catch((error: Error) => {
    throw new StartError(`postgres can't be used (${error.message})`, { cause: error });
  });
  const missing = await missingTables(dataSource);
  if (missing.length === 0) return dataSource;
  await dataSource.destroy();
  throw new StartError(`postgres has no table ${missing.join(', ')}: migrate it first`);
}

async function missingTables(dataSource: DataSource): Promise<string[]> {
  const needed = dataSource.entityMetadatas.map(({ tablePath }) => tablePath);
  const rows = await dataSource.query<{ name: string }[]>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [needed],
  );
  return rows.map(({ name }) => name);
}
