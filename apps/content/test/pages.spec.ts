import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Platform, type Answer, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
}

let platform: Platform;
let content: Replica;
let author: Person;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  author = await platform.issuer.person();
});
afterAll(async () => platform[Symbol.asyncDispose]());

/** Reads a list to its end; `between` runs after each page. */
async function readAll(list: string, between: () => Promise<unknown> = async () => undefined) {
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: Answer<Page> = await content.get<Page>(
      `${list}${cursor && `&cursor=${cursor}`}`,
    );
    ids.push(...body.items.map(({ id }) => id));
    sizes.push(body.items.length);
    cursor = body.nextCursor;
    await between();
  }
  return { ids, sizes };
}

describe('pages of posts', () => {
  it('should show each post once while others are published', async () => {
    const person = await platform.issuer.person();
    const posts = [];
    for (let index = 0; index < 11; index++) posts.push(await content.published(person));
    // Same moment for five of them: only the id tells them apart.
    const moment = { publishedAt: new Date() };
    const five = posts.slice(3, 8).map(({ id }) => id);
    await content.posts.updateMany({ _id: { $in: five } }, { $set: moment });

    const { ids, sizes } = await readAll(
      `/v1/posts?limit=3&authorId=${person.accountId}`,
      async () => content.published(person),
    );

    expect(sizes).toEqual([3, 3, 3, 2]);
    expect(ids.toSorted()).toEqual(posts.map(({ id }) => id).toSorted());
    expect(ids.slice(0, 5)).toEqual(five.toSorted().toReversed());
  });

  it('should have no next page when the last one is full', async () => {
    const person = await platform.issuer.person();
    for (let index = 0; index < 4; index++) await content.published(person);

    const { sizes } = await readAll(`/v1/posts?limit=2&authorId=${person.accountId}`);

    expect(sizes).toEqual([2, 2]);
  });

  it('should refuse a cursor that was changed, made up or made for another list', async () => {
    const tags = ['cursors'];
    const { id } = await content.published(author, { tags });
    await content.published(author, { tags });
    await content.comments(id, author, 2);
    const cursorOf = async (url: string) => {
      const { body } = await content.get<Page>(url);
      return body.nextCursor ?? 'none';
    };
    const own = await cursorOf('/v1/posts?limit=1&tag=cursors');
    const changed = `${own.slice(0, -2)}${own.endsWith('AA') ? 'BB' : 'AA'}`;
    const foreign = [
      await cursorOf('/v1/posts?limit=1'),
      await cursorOf(`/v1/posts?limit=1&authorId=${author.accountId}`),
      await cursorOf(`/v1/posts/${id}/comments?limit=1`),
    ];
    const madeUp = Buffer.from(JSON.stringify([Date.now(), id])).toString('base64url');

    expect(own).not.toBe('none');
    expect(foreign).not.toContain('none');
    for (const cursor of [changed, ...foreign, madeUp, 'x', '$ne', own.slice(1)]) {
      const answer = await content.get(
        `/v1/posts?tag=cursors&cursor=${encodeURIComponent(cursor)}`,
      );
      expect(answer).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
    }
  });
});

describe('pages of comments', () => {
  it('should show each comment once, newest first, while others are written', async () => {
    const { id } = await content.published(author);
    const written = await content.comments(id, author, 7);

    const { ids, sizes } = await readAll(`/v1/posts/${id}/comments?limit=3`, async () =>
      content.comments(id, author, 1),
    );

    expect(sizes).toEqual([3, 3, 1]);
    expect(ids).toEqual(written.map((comment) => comment.id).toReversed());
  });
});
