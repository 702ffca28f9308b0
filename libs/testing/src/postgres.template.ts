import { createHash, randomUUID } from 'node:crypto';
import { Migrator, postgresMigrationStore, readMigrationDirectory } from '@trilith/migrations';
import type { Client } from 'pg';
import { eventually } from './eventually.js';
import { migrationsDirectory } from './migrations-directory.js';
import { withDatabase } from './store-urls.js';

/** Any number, as long as nobody else locks it. */
const TEMPLATE_LOCK = '4417305520196432';
/** Migrating takes seconds; the rest is for a machine that has much else to do. */
const BUILD_WAIT_MS = 120_000;

/**
 * Name of a database that has every migration, made if it is not there yet. Its name holds the
 * checksums of the migrations, so another state of the files gets another template. Nobody can
 * connect to it, which is what `CREATE DATABASE … TEMPLATE` needs.
 */
export async function migratedTemplate(admin: Client, url: string): Promise<string> {
  const directory = migrationsDirectory('postgres');
  const template = `template_${await keyOf(directory)}`;
  if (await exists(admin, template)) return template;
  await withTemplateLock(admin, async () => {
    if (!(await exists(admin, template))) await build({ admin, url, directory, template });
  });
  return template;
}

async function keyOf(directory: string): Promise<string> {
  const { files } = await readMigrationDirectory(directory, ['.sql']);
  const hash = createHash('sha256');
  for (const { fileName, checksum } of files) hash.update(`${fileName} ${checksum}\n`);
  return hash.digest('hex').slice(0, 24);
}

async function exists(admin: Client, database: string): Promise<boolean> {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  return rowCount === 1;
}

/** Tests of several projects start at the same time: one builds the template, the others wait. */
async function withTemplateLock(admin: Client, work: () => Promise<void>): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await admin.query<{ locked: boolean }>(
        `SELECT pg_try_advisory_lock(${TEMPLATE_LOCK}) AS locked`,
      );
      if (!rows[0]?.locked) throw new Error('another test run is still making the template');
    },
    { timeoutMs: BUILD_WAIT_MS },
  );
  try {
    await work();
  } finally {
    await admin.query(`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`);
  }
}

interface Build {
  readonly admin: Client;
  readonly url: string;
  readonly directory: string;
  readonly template: string;
}

/** Migrated under another name first: a template that exists is complete, whatever was killed. */
async function build({ admin, url, directory, template }: Build): Promise<void> {
  const draft = `draft_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${draft}`);
  await using migrator = new Migrator({
    store: postgresMigrationStore({ url: withDatabase(url, draft) }),
    directory,
  });
  await migrator.up();
  await migrator.close();
  await admin.query(`ALTER DATABASE ${draft} ALLOW_CONNECTIONS false`);
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}
