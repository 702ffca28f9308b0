import { createHash, randomUUID } from 'node:crypto';
import { Migrator, postgresMigrationStore, readMigrationDirectory } from '@trilith/migrations';
import type { Client } from 'pg';
import { eventually } from './eventually.js';
import { withDatabase } from './store-urls.js';

/** Any number, as long as nobody else locks it. */
const TEMPLATE_LOCK = '4417305520196432';
/** Migrating takes seconds; the rest is for a machine that has much else to do. */
const BUILD_WAIT_MS = 120_000;

/** Where a template is made, and of what. */
export interface TemplateSource {
  /** A connection to a database that all who make templates share: their lock belongs to it. */
  readonly admin: Client;
  /** Address of the same server. */
  readonly url: string;
  /** Folder of migrations. */
  readonly directory: string;
}

/**
 * Name of a database that has every migration, made if it is not there yet. Its name holds the
 * checksums of the migrations, so another state of the files gets another template. Nobody can
 * connect to it, which is what `CREATE DATABASE … TEMPLATE` needs.
 */
export async function migratedTemplate(source: TemplateSource): Promise<string> {
  const template = await templateOf(source);
  if (await exists(source.admin, template)) return template;
  await withTemplateLock(source.admin, async () => {
    if (!(await exists(source.admin, template))) await build(template, source);
  });
  // If a file was changed while they were applied, there is no template for that mixture.
  return migratedTemplate(source);
}

async function templateOf({ directory }: TemplateSource): Promise<string> {
  const { files } = await readMigrationDirectory(directory, ['.sql']);
  const hash = createHash('sha256');
  for (const { fileName, checksum } of files) hash.update(`${fileName} ${checksum}\n`);
  return `template_${hash.digest('hex').slice(0, 24)}`;
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

/** Migrated under another name first: a template that exists is complete, whatever was killed. */
async function build(template: string, source: TemplateSource): Promise<void> {
  const { admin, url, directory } = source;
  const draft = `draft_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${draft}`);
  const store = postgresMigrationStore({ url: withDatabase(url, draft) });
  const migrator = new Migrator({ store, directory });
  try {
    await migrator.up();
  } finally {
    await migrator.close();
  }
  if ((await templateOf(source)) !== template) {
    await admin.query(`DROP DATABASE ${draft} WITH (FORCE)`);
    return;
  }
  await admin.query(`ALTER DATABASE ${draft} ALLOW_CONNECTIONS false`);
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}
