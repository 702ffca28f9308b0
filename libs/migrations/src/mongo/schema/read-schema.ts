import type { CollectionInfo, Db, Document } from 'mongodb';
import { namePattern } from '../../verify/name-pattern.js';
import { answerWithin } from '../answer-within.js';

/** Collections that runners keep for themselves. */
const OWN = /^(?:schema_migrations|system\.)/;

/**
 * Collections, their validators and other options, and their indexes as JSON: the same text for the
 * same schema, whatever the order in which it came to be. What else documents look like MongoDB does
 * not know, and so neither does this.
 */
export async function readMongoSchema(
  db: Db,
  reading: { timeoutMs: number; ignore: readonly string[] },
): Promise<string> {
  const ignored = reading.ignore.map(namePattern);
  const listing = db.listCollections({}, { nameOnly: false });
  const all = await answerWithin(reading.timeoutMs, listing.toArray());
  const collections: Record<string, unknown> = {};
  for (const info of all.toSorted((a, b) => compare(a.name, b.name))) {
    if (OWN.test(info.name) || ignored.some((pattern) => pattern.test(info.name))) continue;
    collections[info.name] = await describe(db, info, reading.timeoutMs);
  }
  const { BSON } = await import('mongodb');
  return `${BSON.EJSON.stringify(collections, undefined, 2, { relaxed: true })}\n`;
}

async function describe(db: Db, info: CollectionInfo, timeoutMs: number): Promise<object> {
  const { type = 'collection', options } = info as CollectionInfo & { options?: Document };
  const own = sorted(options ?? {});
  if (type === 'view') return { type, ...own };
  const asking = db.collection(info.name).indexes({ full: true });
  const indexes = await answerWithin(timeoutMs, asking);
  return {
    ...(type === 'collection' ? {} : { type }),
    ...own,
    indexes: Object.fromEntries(
      indexes
        .filter(({ name }) => name !== '_id_')
        .toSorted((a, b) => compare(String(a.name), String(b.name)))
        .map(({ name, v: _version, ns: _namespace, background: _how, ...index }) => [
          name,
          // The order of the key's fields means something; that of the options does not.
          { key: index.key, ...sorted({ ...index, key: undefined }) },
        ]),
    ),
  };
}

/** Options in one order, without those that say nothing. */
function sorted(options: Document): Document {
  const entries = Object.entries(options).filter(
    ([name, value]) => value !== undefined && name !== 'uuid' && !isEmpty(value),
  );
  return Object.fromEntries(entries.toSorted(([a], [b]) => compare(a, b)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
