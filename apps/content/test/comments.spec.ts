import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { CommentResponse } from '../src/comments/dto/comment.response.js';
import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

let platform: Platform;
let content: Replica;
let author: Person;
let reader: Person;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  [author, reader] = await Promise.all([platform.issuer.person(), platform.issuer.person()]);
});
afterAll(async () => platform[Symbol.asyncDispose]());

describe('POST /v1/posts/:id/comments', () => {
  it('should keep a comment as written, count it and show it with the post', async () => {
    const { id } = await content.published(author);
    const text = '<script>alert(1)</script> & "more" 🎉';

    const written = await content.post<CommentResponse>(`/v1/posts/${id}/comments`, {
      as: reader,
      body: { text },
    });

    expect(written).toMatchObject({
      status: 201,
      body: { text, author: { accountId: reader.accountId } },
    });
    const { body } = await content.get<PostResponse>(`/v1/posts/${id}`);
    expect(body.metadata.commentCount).toBe(1);
    expect(body.recentComments).toEqual([written.body]);
    await expect(content.outbox({ topic: 'comments.created', key: id })).resolves.toEqual([
      expect.objectContaining({
        payload: {
          commentId: written.body.id,
          postId: id,
          postAuthorId: author.accountId,
          authorId: reader.accountId,
          createdAt: written.body.createdAt,
        },
      }),
    ]);
  });

  it('should keep exact counts and the newest ten when many comment at once', async () => {
    const { id } = await content.published(author);
    const people = await platform.issuer.people(32);

    const answers = await Promise.all(
      people.map(async (as, index) =>
        content.post<CommentResponse>(`/v1/posts/${id}/comments`, {
          as,
          body: { text: `${index}` },
        }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 201));
    const { body: post } = await content.get<PostResponse>(`/v1/posts/${id}`);
    const { body: page } = await content.get<{ items: CommentResponse[] }>(
      `/v1/posts/${id}/comments?limit=100`,
    );
    expect(post.metadata.commentCount).toBe(32);
    expect(page.items).toHaveLength(32);
    expect(post.recentComments).toEqual(page.items.slice(0, 10));
    await expect(content.outbox({ topic: 'comments.created', key: id })).resolves.toHaveLength(32);
  });

  it('should refuse comments on a draft: its author by its state, others as if there were none', async () => {
    const { id } = await content.draft(author);
    const url = `/v1/posts/${id}/comments`;
    const body = { text: 'hello' };

    await expect(content.post(url, { as: author, body })).resolves.toMatchObject({
      status: 409,
      body: { code: 'post_state' },
    });
    await expect(content.post(url, { as: reader, body })).resolves.toMatchObject({ status: 404 });
    await expect(content.post(url, { body })).resolves.toMatchObject({ status: 401 });
    await expect(
      content.database.collection('comments').countDocuments({ postId: id }),
    ).resolves.toBe(0);
  });
});

describe('GET /v1/posts/:id/comments', () => {
  it('should show them to whoever may read the post', async () => {
    const { id } = await content.published(author);
    const [comment] = await content.comments(id, reader, 1);
    const url = `/v1/posts/${id}/comments`;

    await expect(content.get(url)).resolves.toMatchObject({
      status: 200,
      body: { items: [comment] },
    });

    await content.setStatus(id, 'archived');
    await expect(content.get(url, author.headers)).resolves.toMatchObject({ status: 200 });
    await expect(content.get(url, reader.headers)).resolves.toMatchObject({ status: 404 });
    await expect(content.get(url)).resolves.toMatchObject({ status: 404 });
  });
});
