import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postViewed, type PayloadOf } from '@trilith/contracts';
import { EventPublisher } from '@trilith/messaging';
import { eventually, faultyProxy } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

let platform: Platform;
let replicas: [Replica, Replica];
let author: Person;

beforeAll(async () => {
  platform = await Platform.start();
  replicas = [await platform.replica(), await platform.replica()];
  author = await platform.issuer.person();
});
afterAll(async () => platform[Symbol.asyncDispose]());

const viewCount = async (postId: string) =>
  (await replicas[0].posts.findOne({ _id: postId }))?.metadata.viewCount;

describe('views of posts', () => {
  it('should count each read once, with two replicas counting', async () => {
    const { id } = await replicas[0].published(author);

    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => replicas[index % 2]?.get(`/v1/posts/${id}`)),
    );
    await eventually(async () => {
      await expect(platform.events('posts.viewed', id)).resolves.toHaveLength(20);
    });
    await platform.settled();

    expect(await viewCount(id)).toBe(20);
  });

  it('should count a message once, however often it is delivered', async () => {
    const { id: postId } = await replicas[0].published(author);
    const payload = {
      postId,
      authorId: author.accountId,
      visitor: 'somebody',
      viewedAt: new Date().toISOString(),
    };
    const view = { id: uuidv7(), topic: postViewed, key: postId, payload };

    await Promise.all(
      replicas.map(async ({ app }) => app.get(EventPublisher).publish([view, view, view])),
    );
    await platform.settled();

    expect(await viewCount(postId)).toBe(1);
  });

  it('should not count reads of drafts, lists and comments', async () => {
    const draft = await replicas[0].draft(author);
    const { id } = await replicas[0].published(author);
    const seen = await replicas[0].published(author);

    await replicas[0].get(`/v1/posts/${draft.id}`, author.headers);
    await replicas[0].get('/v1/posts');
    await replicas[0].get(`/v1/posts/${id}/comments`);
    await replicas[0].get(`/v1/posts/${seen.id}`);

    await eventually(async () => {
      await expect(platform.events('posts.viewed', seen.id)).resolves.toHaveLength(1);
    });
    await platform.settled();

    expect(await viewCount(seen.id)).toBe(1);
    expect(await viewCount(draft.id)).toBe(0);
    expect(await viewCount(id)).toBe(0);
  });

  it('should tell visitors apart without naming those who did not sign in', async () => {
    const { id } = await replicas[0].published(author);
    const reader = await platform.issuer.person();
    const read = async (headers: object) => replicas[0].get(`/v1/posts/${id}`, headers);

    await read({ 'user-agent': 'One/1.0' });
    await read({ 'user-agent': 'One/1.0' });
    await read({ 'user-agent': 'Two/2.0' });
    await read({ ...reader.headers, 'user-agent': 'One/1.0' });

    const views = await eventually(async () => {
      const events = await platform.events<PayloadOf<typeof postViewed>>('posts.viewed', id);
      expect(events).toHaveLength(4);
      return events;
    });
    const visitors = views.map(({ visitor }) => visitor).toSorted();
    expect(new Set(visitors).size).toBe(3);
    expect(visitors).toContain(reader.accountId);
    expect(JSON.stringify(views)).not.toMatch(/127\.0\.0\.1|One\/|Two\//);
    for (const view of views) {
      expect(Object.keys(view).toSorted()).toEqual(['authorId', 'postId', 'viewedAt', 'visitor']);
    }
  });
});

describe('while Redis is away', () => {
  it('should show posts, take comments and likes, and count only views as lost', async () => {
    await using proxy = await faultyProxy(platform.redis.url);
    const cutOff = await platform.replica({ REDIS_URL: proxy.url });
    const { id } = await cutOff.published(author);

    proxy.cut();
    const read = await cutOff.get<PostResponse>(`/v1/posts/${id}`);
    const liked = await cutOff.post(`/v1/posts/${id}/likes`, { as: author });
    const [comment] = await cutOff.comments(id, author, 1);

    expect(read).toMatchObject({ status: 200, body: { id } });
    expect(liked).toMatchObject({ status: 200, body: { likeCount: 1 } });
    expect(comment).toBeDefined();
    await eventually(async () => {
      const { payload } = await cutOff.app.inject('/metrics');
      expect(payload).toMatch(/^content_views_lost_total 1$/m);
    });
    await eventually(async () => {
      const ready = await cutOff.get('/health/ready');
      expect(ready).toMatchObject({ body: { checks: { redis: { status: 'down' } } } });
    });

    proxy.heal();
    await eventually(async () => {
      await expect(platform.events('posts.liked', id)).resolves.toHaveLength(1);
      await expect(platform.events('comments.created', id)).resolves.toHaveLength(1);
    });
    // Before its way to Redis is gone for good.
    await cutOff.app.close();
  });
});

describe('a stop', () => {
  it('should publish the views that are on their way', async () => {
    const stopping = await platform.replica();
    const { id } = await stopping.published(author);

    for (let view = 0; view < 5; view++) await stopping.get(`/v1/posts/${id}`);
    await stopping.app.close();

    await expect(platform.events('posts.viewed', id)).resolves.toHaveLength(5);
  });
});
