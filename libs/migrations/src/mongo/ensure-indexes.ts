import { isDeepStrictEqual } from 'node:util';
import type { Document, IndexDescription, IndexDirection } from 'mongodb';
import { MigrationFailedError } from '../migrations.errors.js';
import type { MigrationWork } from './migration-work.js';

/** An index as a migration asks for it. It has a name, by which it is found again. */
export type NamedIndex = IndexDescription & {
  readonly name: string;
  readonly key: Readonly<Record<string, IndexDirection>>;
};

/**
 * Builds the indexes of a collection that are not there yet, all at once, and waits until they can be
 * used. It may be run again, also while the server still builds them for a runner that died: then it
 * waits for that.
 * @throws MigrationFailedError if another index has one of the names, or the keys of one
 */
export type EnsureIndexes = (collection: string, indexes: readonly NamedIndex[]) => Promise<void>;

/** Options that tell two indexes on the same key apart. What the server adds by itself is not here. */
const COMPARED = [
  'unique',
  'sparse',
  'expireAfterSeconds',
  'partialFilterExpression',
  'wildcardProjection',
  'collation',
  'hidden',
] as const;

/** The `ensureIndexes` of one migration's run. */
export function ensureIndexesOf(work: MigrationWork): EnsureIndexes {
  const { db, logger } = work;
  return async (collection, indexes) => {
    const existing = await indexesOf(work, collection);
    const missing = indexes.filter((wanted) => {
      const sameName = existing.find(({ name }) => name === wanted.name);
      if (sameName === undefined) refuseSameKey(work, collection, { wanted, existing });
      else refuseDifferent(work, collection, { wanted, found: sameName });
      return sameName === undefined;
    });
    if (missing.length === 0) return;
    const startedAt = performance.now();
    const names = missing.map(({ name }) => name).join(', ');
    logger.info(`mongo: ${collection}: building ${names}`);
    await db.collection(collection).createIndexes([...missing]);
    const tookMs = Math.round(performance.now() - startedAt);
    logger.info(`mongo: ${collection}: ${names} built in ${tookMs} ms`);
  };
}

async function indexesOf({ db }: MigrationWork, collection: string): Promise<Document[]> {
  const there = await db.listCollections({ name: collection }, { nameOnly: true }).toArray();
  return there.length === 0 ? [] : db.collection(collection).listIndexes().toArray();
}

function refuseDifferent(
  work: MigrationWork,
  collection: string,
  { wanted, found }: { wanted: NamedIndex; found: Document },
): void {
  if (sameKey(wanted.key, found['key']) && sameOptions(wanted, found)) return;
  throw conflict(
    work,
    `${collection} has another index with the name ${wanted.name}, on ` +
      `${describe(found)} instead of ${describe(wanted)}; drop it first, or choose another name`,
  );
}

function refuseSameKey(
  work: MigrationWork,
  collection: string,
  { wanted, existing }: { wanted: NamedIndex; existing: readonly Document[] },
): void {
  const twin = existing.find(
    (each) => sameKey(wanted.key, each['key']) && sameTarget(wanted, each),
  );
  if (twin === undefined) return;
  throw conflict(
    work,
    `${collection} has an index on ${describe(twin)} already, with the name ${twin['name']} ` +
      `instead of ${wanted.name}; drop it first, or use its name`,
  );
}

/** The order of a compound key counts. */
function sameKey(a: object, b: unknown): boolean {
  return JSON.stringify(Object.entries(a)) === JSON.stringify(Object.entries(b ?? {}));
}

function sameOptions(wanted: Document, found: Document): boolean {
  return COMPARED.every((option) => sameOption(wanted[option], found[option]));
}

/** MongoDB lets indexes share a key if these differ. */
function sameTarget(wanted: Document, found: Document): boolean {
  const options = ['collation', 'partialFilterExpression', 'sparse', 'unique'] as const;
  return options.every((option) => sameOption(wanted[option], found[option]));
}

/** The server fills a collation up with its defaults. */
function sameOption(wanted: unknown, found: unknown): boolean {
  const [a, b] = [wanted ?? false, found ?? false];
  if (!isPlain(a) || !isPlain(b)) return isDeepStrictEqual(a, b);
  if (!('locale' in a)) return isDeepStrictEqual(a, b);
  return Object.entries(a).every(([name, value]) => isDeepStrictEqual(b[name], value));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describe(index: Document): string {
  const options = COMPARED.filter((option) => index[option] !== undefined).map(
    (option) => `${option}: ${JSON.stringify(index[option])}`,
  );
  return [JSON.stringify(index['key']), ...options].join(', ');
}

function conflict({ file }: MigrationWork, reason: string): MigrationFailedError {
  return new MigrationFailedError({ store: 'mongo', fileName: file.fileName, reason });
}
