import { describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { Migrator } from '../src/index.js';
import { mongoTemplate } from '../src/mongo/mongo.template.js';
import { postgresTemplate } from '../src/postgres/postgres.template.js';
import { TestDirectory } from './directory.js';
import { createMongo } from './mongo-under-test.js';
import { createPostgres, sql } from './postgres-under-test.js';

const NAMES = [
  'create_table_notes',
  'add_column_notes_title',
  'add_column_word_count_to_notes',
  'add_index_notes_title',
  'drop_index_notes_title',
  'create_table_drafts',
  'tidy_up',
  'drop_column_notes_title',
  'drop_column_word_count_from_notes',
  'drop_table_drafts',
];
const REVERSIBLE = NAMES.slice(0, -3);

const write = (directory: TestDirectory, template: typeof mongoTemplate, names: string[]) => {
  for (const [index, name] of names.entries()) {
    const { extension, text } = template(name);
    directory.write({ [`000${index + 1}_${name}${extension}`]: text });
  }
};

describe('templates', () => {
  it('are SQL that runs as it is, and can be reverted unless something is dropped', async () => {
    const database = await createPostgres();
    using directory = new TestDirectory();
    write(directory, postgresTemplate, REVERSIBLE);
    const subject = () => new Migrator({ store: database.open(), directory: directory.path });
    await expect(subject().up()).resolves.toMatchObject({ total: REVERSIBLE.length });
    expect(await sql(database.url, 'SELECT id, created_at, title, word_count FROM notes')).toEqual(
      [],
    );
    await expect(subject().down({ to: 0 })).resolves.toMatchObject({ total: 0 });
    write(directory, postgresTemplate, NAMES);
    const { applied } = await subject().up();
    expect(applied.at(-1)).toMatchObject({ name: 'drop_table_drafts', breaking: true });
    await database.drop();
  });

  it('are modules that run as they are, and can be reverted unless something is dropped', async () => {
    const database = await createMongo();
    await using client = new MongoClient(database.url);
    using directory = new TestDirectory();
    write(directory, mongoTemplate, REVERSIBLE);
    const subject = () => new Migrator({ store: database.open(), directory: directory.path });
    await expect(subject().up()).resolves.toMatchObject({ total: REVERSIBLE.length });
    const indexes = await client.db().collection('notes').listIndexes().toArray();
    expect(indexes.map(({ name }) => String(name))).toEqual(['_id_']);
    await expect(subject().down({ to: 0 })).resolves.toMatchObject({ total: 0 });
    write(directory, mongoTemplate, NAMES);
    const { applied } = await subject().up();
    expect(applied.at(-1)).toMatchObject({ name: 'drop_table_drafts', breaking: true });
    await database.drop();
  });
});
