import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

const readmeUrl = new URL('../README.md', import.meta.url);
const startUrl = new URL('start.ts', import.meta.url);

describe('the README’s start', () => {
  it('should be the code that is tested here', async () => {
    const [, example] = /```ts\n(.*?)```/s.exec(await readFile(readmeUrl, 'utf8')) ?? [];

    expect(example).toBeTruthy();
    expect(await readFile(startUrl, 'utf8')).toContain(example);
  });

  it('should page through posts', async () => {
    process.env.CURSOR_SECRET = 'a secret of more than 32 characters';
    const { newest } = await import('./start.js');
    const posts = ['c', 'b', 'a'].map((id) => ({ id, publishedAt: '2026-01-01T00:00:00.000Z' }));
    const find: Parameters<typeof newest>[0] = async ({ after, limit }) =>
      posts.filter(({ id }) => after === undefined || id < String(after[1])).slice(0, limit);

    const first = await newest(find, 2);
    const second = await newest(find, 2, first.nextCursor ?? undefined);

    expect(first.items.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(second).toEqual({ items: [posts[2]], nextCursor: null });
  });
});
