import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TieredCache } from '@trilith/cache';
import { eventually, faultyProxy } from '@trilith/testing';

import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';
import { account, UsersStandIn } from './support/users-stand-in.js';

interface Feed {
  items: PostResponse[];
}

let platform: Platform;
let near: Replica;
let far: Replica;
let author: Person;

beforeAll(async () => {
  platform = await Platform.start();
  near = await platform.replica();
  far = await platform.replica();
  for (const { app } of [near, far]) await app.get(TieredCache).whenSynced();
  author = await platform.issuer.person();
});
afterAll(async () => platform[Symbol.asyncDispose]());

const read = async (replica: Replica, id: string, headers = {}) =>
  (await replica.get<PostResponse>(`/v1/posts/${id}`, headers)).body;

describe('cached pages', () => {
  it('should read a post once for both replicas', async () => {
    const { id } = await near.published(author);
    await read(near, id);
    await near.posts.updateOne({ _id: id }, { $set: { title: 'changed past the service' } });
    expect(await read(near, id)).toMatchObject({ title: 'A title' });
    expect(await read(far, id)).toMatchObject({ title: 'A title' });
  });

  it('should show a comment and a like at once to who wrote them, and to others soon', async () => {
    const { id } = await near.published(author);
    await Promise.all([read(near, id), read(far, id)]);
    await near.comments(id, author, 1);
    const { status } = await near.post(`/v1/posts/${id}/likes`, { as: author });
    expect(status).toBeLessThan(300);
    const shown = {
      recentComments: [{ text: 'comment 0' }],
      metadata: { likeCount: 1, commentCount: 1 },
    };
    expect(await read(near, id)).toMatchObject(shown);
    await eventually(async () => expect(await read(far, id)).toMatchObject(shown));
  });

  it('should show a new post in feeds that were read before, by author and in all', async () => {
    const person = await platform.issuer.person();
    const feeds = ['/v1/posts', `/v1/posts?authorId=${person.accountId}`];
    const firstOf = async (replica: Replica, url: string) =>
      (await replica.get<Feed>(url)).body.items[0]?.id;
    for (const url of feeds) await Promise.all([firstOf(near, url), firstOf(far, url)]);
    const { id } = await near.published(person);
    for (const url of feeds) {
      expect(await firstOf(near, url)).toBe(id);
      await eventually(async () => expect(await firstOf(far, url)).toBe(id));
    }
  });

  it('should never show a draft to others, before and after its author saw it', async () => {
    const { id } = await near.draft(author);
    const others = async (replica: Replica) => (await replica.get(`/v1/posts/${id}`)).status;
    expect([await others(near), await others(far)]).toEqual([404, 404]);
    expect(await read(near, id, author.headers)).toMatchObject({ status: 'draft' });
    expect([await others(near), await others(far)]).toEqual([404, 404]);
  });

  it('should show what was not there a moment ago as soon as it is published', async () => {
    const { id } = await near.draft(author);
    expect((await near.get(`/v1/posts/${id}`)).status).toBe(404);
    await near.post(`/v1/posts/${id}/publish`, { as: author });
    expect((await near.get(`/v1/posts/${id}`)).status).toBe(200);
  });

  it('should follow an author’s new name by the event that tells it', async () => {
    const person = await platform.issuer.person();
    await using users = await UsersStandIn.start(platform.redis);
    await users.created(account(person.accountId, { displayName: 'Before' }));
    const { id } = await near.published(person);
    const nameAt = async (replica: Replica) => (await read(replica, id)).author.displayName;
    await eventually(async () => expect(await nameAt(far)).toBe('Before'));
    await users.updated(account(person.accountId, { displayName: 'After', version: 2 }));
    await eventually(async () => expect(await nameAt(far)).toBe('After'));
    await eventually(async () => expect(await nameAt(near)).toBe('After'));
  });

  it('should go on without Redis', async () => {
    const { id } = await near.published(author);
    const proxy = await faultyProxy(platform.redis.url);
    const cut = await platform.replica({ CACHE_REDIS_URL: proxy.url });
    await read(cut, id);
    proxy.cut();
    expect(await read(cut, id)).toMatchObject({ id });
    expect((await cut.get<Feed>('/v1/posts?limit=1')).status).toBe(200);
    await cut.comments(id, author, 1);
    expect(await read(cut, id)).toMatchObject({ metadata: { commentCount: 1 } });
    proxy.heal();
    await cut.app.close();
    await proxy.close();
  });

  it('should count in the service’s metrics', async () => {
    const { payload } = await near.app.inject('/metrics');
    expect(payload).toMatch(/^cache_\w+\{cache="content"[^}]*\} [1-9]/m);
  });
});
