import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { LikeResponse } from '../src/likes/dto/like.response.js';
import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

let platform: Platform;
let content: Replica;
let author: Person;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  author = await platform.issuer.person();
});
afterAll(async () => platform[Symbol.asyncDispose]());

describe('POST /v1/posts/:id/likes', () => {
  it('should count a person once, however often and however many requests at once', async () => {
    const { id } = await content.published(author);
    const reader = await platform.issuer.person();
    const like = async () => content.post<LikeResponse>(`/v1/posts/${id}/likes`, { as: reader });

    const answers = [...(await Promise.all(Array.from({ length: 8 }, like))), await like()];

    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 200,
        body: { postId: id, liked: true, likeCount: 1 },
      });
    }
    await expect(content.outbox({ topic: 'posts.liked', key: id })).resolves.toEqual([
      expect.objectContaining({
        payload: expect.objectContaining({ postId: id, accountId: reader.accountId }),
      }),
    ]);
  });

  it('should let 64 people like a post at once, on two replicas, and count each', async () => {
    const replicas = [content, await platform.replica()];
    const { id } = await content.published(author);
    const people = await platform.issuer.people(64);

    const answers = await Promise.all(
      people.map(async (as, index) =>
        replicas[index % 2]?.post<LikeResponse>(`/v1/posts/${id}/likes`, { as }),
      ),
    );

    expect(answers.map((answer) => answer?.status)).toEqual(people.map(() => 200));
    // Each like saw a count of its own: none was lost, none counted twice.
    const counts = answers.map((answer) => answer?.body.likeCount ?? 0);
    expect(counts.toSorted((a, b) => a - b)).toEqual(people.map((_, index) => index + 1));
    const { body } = await content.get<PostResponse>(`/v1/posts/${id}`);
    expect(body.metadata.likeCount).toBe(64);
    await expect(content.database.collection('likes').countDocuments({ postId: id })).resolves.toBe(
      64,
    );
    await expect(content.outbox({ topic: 'posts.liked', key: id })).resolves.toHaveLength(64);
  });

  it('should refuse likes of a draft: its author by its state, others as if there were none', async () => {
    const { id } = await content.draft(author);
    const url = `/v1/posts/${id}/likes`;
    const as = await platform.issuer.person();

    await expect(content.post(url, { as: author })).resolves.toMatchObject({
      status: 409,
      body: { code: 'post_state' },
    });
    await expect(content.post(url, { as })).resolves.toMatchObject({ status: 404 });
    await expect(content.post(url)).resolves.toMatchObject({ status: 401 });
    await expect(content.database.collection('likes').countDocuments({ postId: id })).resolves.toBe(
      0,
    );
  });
});
