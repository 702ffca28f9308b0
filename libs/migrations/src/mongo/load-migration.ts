import { pathToFileURL } from 'node:url';
import type { MigrationFile } from '../migration-file.js';
import { MigrationFailedError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import type { MongoMigration } from './mongo-migration.js';

/**
 * Imports a migration's module. Node itself strips the types of a `.ts` file, outside of
 * `node_modules` and as long as its syntax is erasable (no enum, no parameter property).
 * @throws MigrationFailedError if it cannot be imported, or is no migration
 */
export async function loadMigration(file: MigrationFile): Promise<MongoMigration> {
  const exported = await importDefault(file);
  const flaw = flawOf(exported);
  if (flaw === undefined) return exported as MongoMigration;
  throw failed(file, flaw);
}

async function importDefault(file: MigrationFile): Promise<unknown> {
  try {
    // By its text: an edited file must not be run as it was when this process imported it before.
    const module = (await import(`${pathToFileURL(file.path).href}?${file.checksum}`)) as {
      default?: unknown;
    };
    return module.default;
  } catch (cause) {
    throw failed(file, `cannot be loaded: ${reasonOf(cause)}`, cause);
  }
}

function flawOf(exported: unknown): string | undefined {
  if (typeof exported !== 'object' || exported === null || !('up' in exported)) {
    return 'its default export has no function "up"';
  }
  const { up, down, breaking } = exported as Partial<Record<keyof MongoMigration, unknown>>;
  if (typeof up !== 'function') return 'its default export has no function "up"';
  if (down !== undefined && typeof down !== 'function') return 'its "down" is no function';
  if (breaking === undefined || typeof breaking === 'boolean') return undefined;
  return `its "breaking" is ${JSON.stringify(breaking)}; takes true or false`;
}

function failed(file: MigrationFile, reason: string, cause?: unknown): MigrationFailedError {
  return new MigrationFailedError({ store: 'mongo', fileName: file.fileName, reason }, { cause });
}
