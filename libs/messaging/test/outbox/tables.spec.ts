import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';
import { mongoForTest, postgresForTest } from '@trilith/testing';
import { type Db, MongoClient } from 'mongodb';
import pg from 'pg';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/tables.md'), 'utf8');
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? '';

const COLUMNS = `
SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default, is_identity
FROM information_schema.columns
WHERE table_schema = $1 AND table_name IN ('outbox', 'inbox')
ORDER BY 1, 2`;

const INDEXES = `
SELECT indexname, replace(indexdef, schemaname || '.', '') AS definition
FROM pg_indexes
WHERE schemaname = $1 AND tablename IN ('outbox', 'inbox')
ORDER BY 1`;

// Those who install the library alone have nothing but this page.
describe('the page on tables', () => {
  it('makes the same tables in PostgreSQL as the migrations', async () => {
    const database = await postgresForTest();
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(`CREATE SCHEMA page; SET search_path = page; ${block('sql')}`);
    const rowsIn = async (query: string, schema: string) =>
      (await client.query<Record<string, unknown>>(query, [schema])).rows;
    for (const query of [COLUMNS, INDEXES]) {
      const migrated = await rowsIn(query, 'public');
      expect(migrated.length).toBeGreaterThan(4);
      expect(await rowsIn(query, 'page')).toEqual(migrated);
    }
    await client.end();
    await database.close();
  });

  it('makes the same indexes in MongoDB as the migrations', async () => {
    const database = await mongoForTest();
    const client = await MongoClient.connect(database.url);
    const migrated = await indexesOf(client.db());
    expect(migrated).toHaveLength(4);

    const page = client.db(`${client.db().databaseName}_page`);
    const made: Promise<unknown>[] = [];
    const collection = (name: string) => ({
      createIndex: (...given: Parameters<ReturnType<Db['collection']>['createIndex']>) =>
        made.push(page.collection(name).createIndex(...given)),
    });
    // As a shell would run them.
    const db = { outbox: collection('outbox'), inbox: collection('inbox') };
    runInNewContext(block('js'), { db });
    await Promise.all(made);
    expect(await indexesOf(page)).toEqual(migrated);
    await page.dropDatabase();
    await client.close();
    await database.close();
  });
});

async function indexesOf(db: Db): Promise<unknown[]> {
  const lists = ['outbox', 'inbox'].map(async (name) => db.collection(name).indexes());
  return (await Promise.all(lists)).flat();
}
