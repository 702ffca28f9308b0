import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '@trilith/config';
import { eventually, faultyProxy } from '@trilith/testing';

import { contentConfig } from '../src/content.config.js';
import { Platform } from './support/platform.js';

interface OpenApi {
  paths: Record<
    string,
    Record<string, { security?: object[]; responses: Record<string, unknown> }>
  >;
  components: { schemas: Record<string, unknown> };
}

describe('the content service', () => {
  it('should describe each route with what it takes and answers', async () => {
    await using platform = await Platform.start();
    const content = await platform.replica();

    const { body } = await content.get<OpenApi & Record<string, unknown>>('/openapi.json');

    expect(Object.keys(body.paths).toSorted()).toEqual([
      '/v1/posts',
      '/v1/posts/{postId}',
      '/v1/posts/{postId}/comments',
      '/v1/posts/{postId}/likes',
      '/v1/posts/{postId}/publish',
    ]);
    for (const schema of [
      'CreatePost',
      'Post',
      'PostPage',
      'PostSummary',
      'CreateComment',
      'Comment',
      'CommentPage',
      'Like',
      'Author',
    ]) {
      expect(body.components.schemas).toHaveProperty(schema);
    }
    for (const [path, operations] of Object.entries(body.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const success = Object.entries(operation.responses).find(([status]) =>
          status.startsWith('2'),
        );
        expect([path, method, JSON.stringify(success)]).toEqual([
          path,
          method,
          expect.stringMatching(/"schema":/),
        ]);
      }
    }
    expect(body.paths['/v1/posts']?.['post']?.security).toEqual([{ accessToken: [] }]);
  });

  it('should show in its metrics what it published and what waits in its outbox', async () => {
    await using platform = await Platform.start();
    const content = await platform.replica();
    await content.published(await platform.issuer.person());

    await eventually(async () => {
      const { payload } = await content.app.inject('/metrics');
      expect(payload).toMatch(/^messaging_events_published_total\{topic="posts.published"\} 1$/m);
      expect(payload).toMatch(/^messaging_outbox_pending\{outbox="default"\} 0$/m);
    });
  });

  it('should be ready while its stores answer, refuse fast while MongoDB is away, and come back', async () => {
    await using platform = await Platform.start();
    await using proxy = await faultyProxy(platform.mongo.url);
    const content = await platform.replica({ MONGODB_URL: proxy.url });
    const author = await platform.issuer.person();
    const { id } = await content.published(author);
    const { body: before } = await content.get('/health/ready');

    proxy.cut();
    const [read, listed, liked, written] = await Promise.all([
      content.get(`/v1/posts/${id}`),
      content.get('/v1/posts'),
      content.post(`/v1/posts/${id}/likes`, { as: author }),
      content.post('/v1/posts', { as: author, body: { title: 'a', content: 'b' } }),
    ]);
    const { body: during } = await content.get('/health/ready');
    const live = await content.get('/health/live');

    expect(before).toMatchObject({
      checks: { mongodb: { status: 'up' }, redis: { status: 'up' } },
    });
    for (const answer of [read, listed, liked, written]) {
      expect(answer).toMatchObject({ status: 503, body: { status: 503 } });
      expect(answer.headers).toHaveProperty('retry-after');
    }
    expect(during).toMatchObject({
      checks: { mongodb: { status: 'down' }, redis: { status: 'up' } },
    });
    expect(live.status).toBe(200);

    proxy.heal();
    await eventually(async () => {
      await expect(content.get(`/v1/posts/${id}`)).resolves.toMatchObject({ status: 200 });
      await expect(content.post(`/v1/posts/${id}/likes`, { as: author })).resolves.toMatchObject({
        status: 200,
        body: { likeCount: 1 },
      });
    });
  });

  it('should refuse in time a change that MongoDB is silent on', async () => {
    await using platform = await Platform.start();
    await using proxy = await faultyProxy(platform.mongo.url);
    const content = await platform.replica({ MONGODB_URL: proxy.url });
    const author = await platform.issuer.person();
    const { id } = await content.published(author);

    proxy.stall();
    const answer = await content.post(`/v1/posts/${id}/likes`, { as: author });
    proxy.heal();

    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await eventually(async () => {
      await expect(content.post(`/v1/posts/${id}/likes`, { as: author })).resolves.toMatchObject({
        body: { likeCount: 1 },
      });
    });
  });

  it('should name each variable that is wrong, and no secret', () => {
    const start = () =>
      loadConfig(contentConfig, {
        MONGODB_URL: 'postgres://somewhere',
        PORT: 'abc',
        CURSOR_SECRET: 'short-secret',
      });

    expect(start).toThrow(ConfigError);
    expect(start).toThrow(
      /^PORT: .*\nMONGODB_URL: .*mongodb:\/\/.*\nREDIS_URL: .*\nCURSOR_SECRET: .*\nVISITOR_SECRET: /,
    );
    expect(start).not.toThrow(/short-secret/);
  });
});
