import { describe, expect, it } from '@jest/globals';
import { MongoNotes } from './mongo-notes.js';

describe('helpers of MongoDB migrations', () => {
  const given = MongoNotes.forEachTest();

  describe('ensureCollection', () => {
    const ensure = (schema: string, options = '') =>
      `export default { async up({ ensureCollection }) {
        await ensureCollection('notes', { jsonSchema: ${schema}, ${options} });
      } };`;

    it('creates a collection with its validator, and gives an existing one another', async () => {
      await given.up('0001_a.mjs', ensure("{ required: ['text'] }"));
      await expect(given.notes.insertOne({ _id: 1 })).rejects.toThrow('failed validation');
      await given.notes.insertOne({ _id: 1, text: 'a' });
      await given.up('0002_b.mjs', ensure("{ required: ['title'] }"));
      await expect(given.notes.insertOne({ _id: 2, text: 'a' })).rejects.toThrow(
        'failed validation',
      );
      await given.notes.insertOne({ _id: 2, title: 'a' });
      expect(given.lines).toContainEqual('mongo: notes has its validator');
    });

    it('writes nothing when the collection has the validator already', async () => {
      await given.up('0001_a.mjs', ensure("{ required: ['text'] }"));
      await given.up('0002_b.mjs', ensure("{ required: ['text'] }"));
      expect(given.lines).not.toContainEqual('mongo: notes has its validator');
    });

    it('creates a collection without one', async () => {
      await given.up(
        '0001_a.mjs',
        "export default { async up({ ensureCollection }) { await ensureCollection('empty'); await ensureCollection('empty'); } };",
      );
      expect(await given.client.db().listCollections({ name: 'empty' }).toArray()).toHaveLength(1);
    });
  });

  describe('ensureIndexes', () => {
    const ensure = (...indexes: string[]) =>
      `export default { async up({ ensureIndexes }) {
        await ensureIndexes('notes', [${indexes.join(', ')}]);
      } };`;

    it('builds what is missing, and may be run again', async () => {
      await given.fill(3);
      const one = "{ name: 'by_author', key: { authorId: 1, _id: -1 } }";
      await given.up('0001_a.mjs', ensure(one));
      const two =
        "{ name: 'by_mail', key: { mail: 1 }, unique: true, partialFilterExpression: { mail: { $exists: true } } }";
      await given.up('0002_b.mjs', ensure(one, two));
      await given.up('0003_c.mjs', ensure(one, two));
      const indexes = await given.notes.listIndexes().toArray();
      expect(indexes.map(({ name }) => name as string).toSorted()).toEqual([
        '_id_',
        'by_author',
        'by_mail',
      ]);
      expect(given.lines.filter((line) => line.includes('building'))).toEqual([
        'mongo: notes: building by_author',
        'mongo: notes: building by_mail',
      ]);
    });

    it('creates the collection if it has to', async () => {
      await given.up('0001_a.mjs', ensure("{ name: 'by_author', key: { authorId: 1 } }"));
      expect(await given.notes.listIndexes().toArray()).toHaveLength(2);
    });

    it.each([
      [
        "{ name: 'a', key: { b: 1 } }",
        'notes has another index with the name a, on {"a":1} instead of {"b":1}',
      ],
      [
        "{ name: 'a', key: { a: 1 }, unique: true }",
        'instead of {"a":1}, unique: true; drop it first',
      ],
      [
        "{ name: 'b', key: { a: 1 } }",
        'notes has an index on {"a":1} already, with the name a instead of b',
      ],
    ])('says what is in the way of %s', async (index, message) => {
      await given.notes.createIndex({ a: 1 }, { name: 'a' });
      await expect(given.up('0001_a.mjs', ensure(index))).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining(`mongo: 0001_a.mjs: notes has`),
      });
      await expect(given.migrator().up()).rejects.toThrow(message);
    });
  });

  it.each([
    [
      'a down that is no function',
      'export default { up() {}, down: 1 };',
      'its "down" is no function',
    ],
    [
      'a breaking that is neither',
      "export default { up() {}, breaking: 'yes' };",
      'its "breaking" is "yes"; takes true or false',
    ],
  ])('refuse %s before any file is run', async (_what, text, reason) => {
    given.directory.write({
      '0001_a.mjs': 'export default { async up({ db }) { await db.createCollection("x"); } };',
    });
    await expect(given.up('0002_b.mjs', text)).rejects.toMatchObject({
      problems: [{ kind: 'unsupported', fileName: '0002_b.mjs', reason }],
    });
    expect(await given.client.db().listCollections({ name: 'x' }).toArray()).toEqual([]);
  });
});
