import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';

import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Answer, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

type Problem = { code: string; status: number };
interface PostPage {
  items: { id: string }[];
  nextCursor: string | null;
}

let platform: Platform;
let content: Replica;
let author: Person;
let stranger: Person;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  [author, stranger] = await Promise.all([platform.issuer.person(), platform.issuer.person()]);
});
afterAll(async () => platform[Symbol.asyncDispose]());

describe('POST /v1/posts', () => {
  it('should keep a draft with its texts as written and its tags normalised', async () => {
    const texts = { title: ' <b>Bold</b> ', content: 'Line\r\n\tone & "two" 🎉\n' };

    const body = { ...texts, tags: ['TypeScript', 'typescript', ' Node.js '] };
    const created = await content.post<PostResponse>('/v1/posts', { as: author, body });

    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`/v1/posts/${created.body.id}`);
    expect(created.body).toMatchObject({
      ...texts,
      tags: ['typescript', 'node.js'],
      status: 'draft',
      publishedAt: null,
      metadata: { viewCount: 0, likeCount: 0, commentCount: 0 },
      recentComments: [],
      author: { accountId: author.accountId },
    });
    const read = await content.get(`/v1/posts/${created.body.id}`, author.headers);
    expect(read.body).toEqual(created.body);
  });

  it('should refuse who did not sign in', async () => {
    const answer = await content.post('/v1/posts', { body: { title: 'a', content: 'b' } });

    expect(answer.status).toBe(401);
    expect(answer.headers).toHaveProperty('www-authenticate');
  });

  it('should take texts at their limits', async () => {
    const body = { title: 't'.repeat(200), content: 'é'.repeat(50_000) };
    const { status } = await content.post('/v1/posts', { as: author, body });

    expect(status).toBe(201);
  });
});

describe('POST /v1/posts/:id/publish', () => {
  it('should publish the author’s draft, and change nothing the second time', async () => {
    const { id } = await content.draft(author);
    const first = await content.post<PostResponse>(`/v1/posts/${id}/publish`, { as: author });
    const second = await content.post<PostResponse>(`/v1/posts/${id}/publish`, { as: author });

    expect(first.status).toBe(200);
    expect(first.body.status).toBe('published');
    expect(first.body.publishedAt).not.toBeNull();
    expect(second).toMatchObject({ status: 200, body: first.body });
  });

  it('should tell of a publication once, however many requests there are at once', async () => {
    const { id } = await content.draft(author);

    const answers = await Promise.all(
      Array.from({ length: 8 }, async () =>
        content.post<PostResponse>(`/v1/posts/${id}/publish`, { as: author }),
      ),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.publishedAt)).size).toBe(1);
    await expect(content.outbox({ topic: 'posts.published', key: id })).resolves.toHaveLength(1);
  });

  it('should answer a stranger as if the draft did not exist', async () => {
    const { id } = await content.draft(author);

    const answer = await content.post<Problem>(`/v1/posts/${id}/publish`, { as: stranger });

    expect(answer).toMatchObject({ status: 404, body: { code: 'post_not_found' } });
  });

  it('should refuse a stranger a published post', async () => {
    const { id } = await content.published(author);

    const answer = await content.post<Problem>(`/v1/posts/${id}/publish`, { as: stranger });

    expect(answer).toMatchObject({ status: 403, body: { code: 'not_the_author' } });
  });

  it('should refuse an archived post', async () => {
    const { id } = await content.published(author);
    await content.setStatus(id, 'archived');

    const answer = await content.post<Problem>(`/v1/posts/${id}/publish`, { as: author });

    expect(answer).toMatchObject({ status: 409, body: { code: 'post_state' } });
  });
});

describe('GET /v1/posts/:id', () => {
  it('should show a published post to anybody', async () => {
    const post = await content.published(author);

    const answer = await content.get<PostResponse>(`/v1/posts/${post.id}`);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(post);
  });

  it.each(['draft', 'archived'] as const)(
    'should show what is %s to its author alone',
    async (status) => {
      const { id } = await content.published(author);
      await content.setStatus(id, status);

      const [byAuthor, byStranger, byNobody, ofNone] = await Promise.all([
        content.get(`/v1/posts/${id}`, author.headers),
        content.get(`/v1/posts/${id}`, stranger.headers),
        content.get(`/v1/posts/${id}`),
        content.get(`/v1/posts/${uuidv7()}`),
      ]);

      expect(byAuthor).toMatchObject({ status: 200, body: { id, status } });
      for (const answer of [byStranger, byNobody, ofNone]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'post_not_found' } });
        expect(JSON.stringify(answer.body)).not.toContain('A title');
      }
    },
  );

  it('should find a post by its id in capitals too', async () => {
    const { id } = await content.published(author);

    await expect(content.get(`/v1/posts/${id.toUpperCase()}`)).resolves.toMatchObject({
      status: 200,
      body: { id },
    });
  });

  it('should refuse a token that is no good instead of taking its bearer for a guest', async () => {
    const { id } = await content.published(author);
    const token = await platform.issuer.token(author.accountId, { expiresIn: '-1h' });

    const answer = await content.get(`/v1/posts/${id}`, { authorization: `Bearer ${token}` });

    expect(answer.status).toBe(401);
  });
});

describe('GET /v1/posts', () => {
  it('should list published posts only, newest first, to everybody', async () => {
    const writer = await platform.issuer.person();
    const published = [];
    for (const title of ['one', 'two', 'three'])
      published.push(await content.published(writer, { title }));
    await content.draft(writer);
    const archived = await content.published(writer);
    await content.setStatus(archived.id, 'archived');

    const url = `/v1/posts?authorId=${writer.accountId}`;
    const asked = [content.get<PostPage>(url), content.get<PostPage>(url, writer.headers)];

    const newestFirst = published.map(({ id }) => id).toReversed();
    for (const { status, body } of await Promise.all(asked)) {
      expect(status).toBe(200);
      expect(body.items.map(({ id }) => id)).toEqual(newestFirst);
      expect(body.nextCursor).toBeNull();
    }
    await expect(idsOf(content.get<PostPage>('/v1/posts?limit=3'))).resolves.toEqual(newestFirst);
  });

  it('should leave out the large texts', async () => {
    await content.published(author);

    const { body } = await content.get<{ items: object[] }>('/v1/posts?limit=1');

    expect(body.items[0]).not.toHaveProperty('content');
    expect(body.items[0]).not.toHaveProperty('recentComments');
  });

  it('should list the posts with a tag, however it is spelled', async () => {
    const tag = `tag-${uuidv7()}`;
    const tagged = await content.published(author, { tags: ['other', tag] });
    await content.draft(author, { tags: [tag] });

    const found = content.get<PostPage>(`/v1/posts?tag=${tag.toUpperCase()}`);

    await expect(idsOf(found)).resolves.toEqual([tagged.id]);
  });
});

async function idsOf(asked: Promise<Answer<PostPage>>): Promise<string[]> {
  return (await asked).body.items.map(({ id }) => id);
}
