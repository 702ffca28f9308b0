import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { erasureConfirmed, type PayloadOf, postRemoved } from '@trilith/contracts';
import { eventually } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { AuthorContent } from '../src/erasures/author-content.js';
import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';
import { account, UsersStandIn } from './support/users-stand-in.js';

/** Enough for a sweep after the longest write, which is cut short here. */
const SHORT_WRITES = { MONGODB_TRANSACTION_TIMEOUT: '2s' };

describe('the erasure of an account', () => {
  let platform: Platform;
  let content: Replica;
  let users: UsersStandIn;

  beforeAll(async () => {
    platform = await Platform.start();
    content = await platform.replica(SHORT_WRITES);
    users = await UsersStandIn.start(platform.redis);
  });
  afterAll(async () => {
    await users[Symbol.asyncDispose]();
    await platform[Symbol.asyncDispose]();
  });

  const people = async () => {
    const [gone, stays] = await platform.issuer.people(2);
    if (gone === undefined || stays === undefined) throw new Error('two people');
    await users.created(account(gone.accountId), account(stays.accountId));
    await eventually(async () => expect(await authorOf(gone)).toBeTruthy());
    return { gone, stays };
  };
  const authorOf = async ({ accountId }: Person) =>
    content.database.collection<{ _id: string }>('authors').findOne({ _id: accountId });
  const count = async (collection: string, filter: object) =>
    content.database.collection(collection).countDocuments(filter);
  const left = async ({ accountId }: Person) => ({
    posts: await count('posts', { authorId: accountId }),
    comments: await count('comments', { authorId: accountId }),
    likes: await count('likes', { accountId }),
    activity: await count('activity', { accountId }),
  });
  const like = async (postId: string, as: Person) =>
    content.post(`/v1/posts/${postId}/likes`, { as });
  const read = async (postId: string) => content.get<PostResponse>(`/v1/posts/${postId}`);
  const confirmations = async ({ accountId }: Person) =>
    platform.events<PayloadOf<typeof erasureConfirmed>>(erasureConfirmed.name, accountId);
  const erase = async (person: Person) => {
    const erasure = { erasureId: uuidv7(), accountId: person.accountId };
    await users.erased(erasure);
    return erasure;
  };
  const isConfirmed = async (person: Person) =>
    eventually(async () => expect(await confirmations(person)).not.toEqual([]), {
      timeoutMs: 60_000,
    });

  it('removes all that the person wrote and did, and counts it no more', async () => {
    const { gone, stays } = await people();
    const theirs = await content.published(gone);
    const draft = await content.draft(gone);
    const others = await content.published(stays);
    await content.comments(theirs.id, stays, 2);
    await like(theirs.id, stays);
    await content.comments(others.id, stays, 1);
    await content.comments(others.id, gone, 12);
    await content.comments(others.id, stays, 1);
    await like(others.id, gone);
    await like(others.id, stays);
    await content.database.collection<{ _id: string }>('activity').insertOne({
      _id: uuidv7(),
      accountId: gone.accountId,
      type: 'post.viewed',
      postId: others.id,
      sessionId: null,
      occurredAt: new Date(),
    } as { _id: string });
    expect((await read(others.id)).body.metadata).toMatchObject({ likeCount: 2, commentCount: 14 });

    const erasure = await erase(gone);
    await isConfirmed(gone);

    expect(await left(gone)).toEqual({ posts: 0, comments: 0, likes: 0, activity: 0 });
    // What others wrote below a post goes with it; what they wrote elsewhere stays.
    expect(await left(stays)).toMatchObject({ posts: 1, comments: 2, likes: 1 });
    const { body } = await read(others.id);
    expect(body.metadata).toMatchObject({ likeCount: 1, commentCount: 2 });
    expect(body.recentComments.map(({ author }) => author.accountId)).toEqual([
      stays.accountId,
      stays.accountId,
    ]);
    for (const id of [theirs.id, draft.id]) expect((await read(id)).status).toBe(404);
    const removed = await platform.events(postRemoved.name, gone.accountId);
    expect(removed).toEqual([{ postId: theirs.id, authorId: gone.accountId }]);
    expect(await confirmations(gone)).toEqual([{ ...erasure, service: 'content' }]);
  });

  it('leaves no name, which nothing that comes late brings back', async () => {
    const { gone } = await people();
    await erase(gone);
    await isConfirmed(gone);
    const before = await authorOf(gone);
    expect(before).toMatchObject({ username: '', displayName: '', avatarUrl: null });
    const { stays } = await people();
    await users.updated(
      account(gone.accountId, { version: 1_000 }),
      account(stays.accountId, { version: 2, displayName: 'Heard' }),
    );
    await eventually(async () => expect(await authorOf(stays)).toMatchObject({ version: 2 }));
    expect(await authorOf(gone)).toEqual(before);
  });

  it('refuses what the person would write with an access token that is still good', async () => {
    const { gone, stays } = await people();
    const { id } = await content.published(stays);
    const own = await content.draft(gone);
    await erase(gone);
    await eventually(async () => expect(await authorOf(gone)).toHaveProperty('erasedAt'));
    const body = { title: 'A title', content: 'Some content' };
    const answers = [
      await content.post('/v1/posts', { as: gone, body }),
      await content.post(`/v1/posts/${id}/comments`, { as: gone, body: { text: 'late' } }),
      await like(id, gone),
    ];
    for (const { status } of answers) expect(status).toBe(403);
    expect((await content.post(`/v1/posts/${own.id}/publish`, { as: gone })).status).not.toBe(200);
    await isConfirmed(gone);
    expect(await left(gone)).toEqual({ posts: 0, comments: 0, likes: 0, activity: 0 });
  });

  it('finds what was being written when it began', async () => {
    const { gone, stays } = await people();
    const { id } = await content.published(stays);
    await erase(gone);
    await eventually(async () => expect(await authorOf(gone)).toHaveProperty('erasedAt'));
    await eventually(async () => {
      const swept = await content.outbox({ topic: 'erasures.swept', key: gone.accountId });
      expect(swept).toHaveLength(1);
    });
    // As a transaction that had passed all checks before would commit it now.
    await content.database.collection<{ _id: string }>('likes').insertOne({
      _id: uuidv7(),
      postId: id,
      accountId: gone.accountId,
      likedAt: new Date(),
    } as { _id: string });
    await content.posts.updateOne({ _id: id }, { $inc: { 'metadata.likeCount': 1 } });
    expect(await confirmations(gone)).toEqual([]);
    await isConfirmed(gone);
    expect(await left(gone)).toMatchObject({ likes: 0 });
    expect((await content.posts.findOne({ _id: id }))?.metadata.likeCount).toBe(0);
  });

  it('is confirmed again, and does nothing more, when it is asked for again', async () => {
    const { gone, stays } = await people();
    const { id } = await content.published(stays);
    await content.comments(id, gone, 1);
    await erase(gone);
    await isConfirmed(gone);
    const again = await erase(gone);
    await eventually(async () =>
      expect(await confirmations(gone)).toContainEqual({ ...again, service: 'content' }),
    );
    expect((await content.posts.findOne({ _id: id }))?.metadata.commentCount).toBe(0);
  });

  it('counts right while others write at the same time, and it is done twice at once', async () => {
    const { gone, stays } = await people();
    const { id } = await content.published(stays);
    await content.comments(id, gone, 5);
    await like(id, gone);
    const removal = content.app.get(AuthorContent);
    const step = async () => undefined;
    const [writing, reading] = [await platform.issuer.people(4), await platform.issuer.people(4)];
    await Promise.all([
      removal.removeAll(gone.accountId, step),
      removal.removeAll(gone.accountId, step),
      ...writing.map(async (person) => content.comments(id, person, 2)),
      ...reading.map(async (person) => like(id, person)),
    ]);
    const post = await content.posts.findOne({ _id: id });
    expect(post?.metadata).toMatchObject({ commentCount: 8, likeCount: 4 });
    expect(await count('comments', { postId: id })).toBe(8);
    expect(post?.recentComments).toHaveLength(8);
  });
});
