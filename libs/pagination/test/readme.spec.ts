import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresForTest, type PostgresForTest } from '@trilith/testing';
import pg from 'pg';

const readmeUrl = new URL('../README.md', import.meta.url);
const startUrl = new URL('start.ts', import.meta.url);

describe('the README’s start', () => {
  let postgres: PostgresForTest;
  let pool: pg.Pool;

  beforeAll(async () => {
    postgres = await postgresForTest();
    pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await postgres.close();
  });

  it('should be the code that is tested here', async () => {
    const [, example] = /```ts\n(.*?)```/s.exec(await readFile(readmeUrl, 'utf8')) ?? [];

    expect(example).toBeTruthy();
    expect(await readFile(startUrl, 'utf8')).toContain(example);
  });

  it('should page through posts, there and back', async () => {
    process.env.CURSOR_SECRET = 'a secret of more than 32 characters';
    const { postsOf } = await import('./start.js');
    const author = randomUUID();
    await pool.query(
      'CREATE TABLE posts (id uuid, author_id uuid, title text, published_at timestamptz)',
    );
    await pool.query(
      `INSERT INTO posts SELECT gen_random_uuid(), $1, n::text, now() - n * interval '1 minute'
         FROM generate_series(1, 30) AS n`,
      [author],
    );

    const first = await postsOf(author, pool);
    const second = await postsOf(author, pool, first.nextCursor ?? '');
    const back = await postsOf(author, pool, second.previousCursor ?? '');

    expect([...first.items, ...second.items].map(({ title }) => Number(title))).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    expect(second.nextCursor).toBeNull();
    expect(back).toEqual({ ...first, nextCursor: expect.any(String) });
  });
});
