import { existsSync } from 'node:fs';
import path from 'node:path';
import { MigrationOptionsError } from '../migrations.errors.js';
import type { MigrationStore } from '../migration-store.js';
import { mongoMigrationStore } from '../mongo/mongo.store.js';
import { postgresMigrationStore } from '../postgres/postgres.store.js';
import type { MigrationTemplate } from '../migration-template.js';
import { mongoTemplate } from '../mongo/mongo.template.js';
import { postgresTemplate } from '../postgres/postgres.template.js';

interface KnownStore {
  /** Of the environment. */
  readonly variable: string;
  readonly open: (url: string) => MigrationStore;
  /** A file to begin with, by what the name of the migration says. */
  readonly template: (name: string) => MigrationTemplate;
}

/** By their names, which are those of their folders too. */
const known = {
  postgres: {
    variable: 'DATABASE_URL',
    open: (url) => postgresMigrationStore({ url }),
    template: postgresTemplate,
  },
  mongo: {
    variable: 'MONGODB_URL',
    open: (url) => mongoMigrationStore({ url }),
    template: mongoTemplate,
  },
} satisfies Record<string, KnownStore>;

export type StoreName = keyof typeof known;
export const STORE_NAMES = Object.keys(known) as StoreName[];

/** A file to begin with. */
export function templateFor(store: StoreName, name: string): MigrationTemplate {
  return known[store].template(name);
}

/** A store with the folder of its migrations. */
export interface StoreWithDirectory {
  readonly store: MigrationStore;
  readonly directory: string;
}

/**
 * The stores to work on: the named one or, without a name, each that has a folder of migrations.
 * @throws MigrationOptionsError if there is none, or an address is missing or has another form
 */
export function openStores(
  directory: string,
  name: StoreName | undefined,
  env: NodeJS.ProcessEnv,
): StoreWithDirectory[] {
  const names = name === undefined ? storesWithFolder(directory) : [name];
  return names.map((each) => ({
    store: openStore(each, env),
    directory: path.join(directory, each),
  }));
}

/** @throws MigrationOptionsError if there is none */
export function storesWithFolder(directory: string): StoreName[] {
  const names = STORE_NAMES.filter((name) => existsSync(path.join(directory, name)));
  if (names.length > 0) return names;
  throw new MigrationOptionsError(
    `--directory: ${directory} has no folder of migrations (${STORE_NAMES.join(', ')})`,
  );
}

function openStore(name: StoreName, env: NodeJS.ProcessEnv): MigrationStore {
  const { variable, open } = known[name];
  const url = env[variable];
  if (!url) {
    throw new MigrationOptionsError(
      `${variable}: not set; takes the address of ${name}, or leave it out by --store`,
    );
  }
  try {
    return open(url);
  } catch (error) {
    if (!(error instanceof MigrationOptionsError)) throw error;
    throw new MigrationOptionsError(`${variable}: ${error.message}`, { cause: error });
  }
}
