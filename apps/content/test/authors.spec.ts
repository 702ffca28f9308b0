import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { AuthorsService } from '../src/authors/authors.service.js';
import type { AuthorResponse } from '../src/authors/dto/author.response.js';
import type { CommentResponse } from '../src/comments/dto/comment.response.js';
import type { PostResponse } from '../src/posts/dto/post.response.js';
import { Platform, type Replica } from './support/platform.js';
import { account, UsersStandIn } from './support/users-stand-in.js';

interface Page<Item> {
  items: Item[];
}

describe('the authors projection', () => {
  let platform: Platform;
  let content: Replica;
  let users: UsersStandIn;

  beforeAll(async () => {
    platform = await Platform.start();
    content = await platform.replica();
    users = await UsersStandIn.start(platform.redis);
  });
  afterAll(async () => {
    await users[Symbol.asyncDispose]();
    await platform[Symbol.asyncDispose]();
  });

  const stored = async (accountId: string) =>
    content.database
      .collection<{ _id: string; version: number; displayName: string }>('authors')
      .findOne({ _id: accountId });

  it('should name the author of posts and comments as users told', async () => {
    const [author, reader] = await platform.issuer.people(2);
    if (author === undefined || reader === undefined) throw new Error('two people');
    const avatarUrl = 'https://example.org/a.png';
    await users.created(
      account(author.accountId, { displayName: 'Ada', username: 'ada', avatarUrl }),
      account(reader.accountId, { displayName: 'Bo', username: 'bo' }),
    );
    await eventually(async () => expect(await stored(reader.accountId)).not.toBeNull());
    await eventually(async () => expect(await stored(author.accountId)).not.toBeNull());
    const { id } = await content.published(author);
    await content.comments(id, reader, 1);

    const post = await content.get<PostResponse>(`/v1/posts/${id}`);
    const feed = await content.get<Page<PostResponse>>('/v1/posts?limit=1');
    const comments = await content.get<Page<CommentResponse>>(`/v1/posts/${id}/comments`);

    const ada = { accountId: author.accountId, displayName: 'Ada', username: 'ada', avatarUrl };
    const bo = { accountId: reader.accountId, displayName: 'Bo', username: 'bo', avatarUrl: null };
    expect(post.body.author).toEqual(ada);
    expect(post.body.recentComments.map((comment) => comment.author)).toEqual([bo]);
    expect(feed.body.items.map((item) => item.author)).toEqual([ada]);
    expect(comments.body.items.map((comment) => comment.author)).toEqual([bo]);
    expect(users.asked).toEqual([]);
  });

  it('should show a new name wherever its owner wrote, in embedded comments too', async () => {
    const author = await platform.issuer.person();
    await users.created(account(author.accountId, { displayName: 'Before' }));
    await eventually(async () => expect(await stored(author.accountId)).not.toBeNull());
    const { id } = await content.published(author);
    await content.comments(id, author, 1);

    await users.updated(account(author.accountId, { displayName: 'After', version: 2 }));

    await eventually(async () => {
      const { body } = await content.get<PostResponse>(`/v1/posts/${id}`);
      expect(body.author.displayName).toBe('After');
      expect(body.recentComments[0]?.author.displayName).toBe('After');
    });
  });

  it('should keep the newest version, in whatever order and however often events come', async () => {
    const accountId = uuidv7();
    const version = (number: number) => account(accountId, { version: number });

    await users.updated(version(3), version(2), version(3));
    await users.created(version(1));
    await users.updated(version(5), version(4), version(5), version(2));
    const last = uuidv7();
    await users.created(account(last));

    await eventually(async () => expect(await stored(last)).not.toBeNull());
    await eventually(async () =>
      expect(await stored(accountId)).toMatchObject({ version: 5, displayName: 'Name 5' }),
    );
    await expect(platform.deadLetters('users')).resolves.toBe(0);
  });

  it('should keep the newest version when many writers insert it at once', async () => {
    const authors = content.app.get(AuthorsService);
    for (let round = 0; round < 5; round++) {
      const accountId = uuidv7();
      const versions = [4, 7, 1, 6, 2, 8, 3, 5];

      await Promise.all(
        versions.map(async (version) => authors.keep(account(accountId, { version }))),
      );

      expect(await stored(accountId)).toMatchObject({ version: 8, displayName: 'Name 8' });
    }
  });

  it('should ask users for an author it does not know, once, and remember', async () => {
    const replica = await platform.replica({ AUTHOR_LOOKUP_TIMEOUT: '20s' });
    const author = await platform.issuer.person();
    users.knows(account(author.accountId, { displayName: 'Cleo', version: 3 }));
    const { id } = await replica.published(author);

    const read = async () => replica.get<PostResponse>(`/v1/posts/${id}`);
    const answers = await Promise.all([read(), read(), read()]);

    for (const { body } of answers) expect(body.author.displayName).toBe('Cleo');
    expect(await stored(author.accountId)).toMatchObject({ displayName: 'Cleo', version: 3 });
    expect(users.asked.filter((asked) => asked === author.accountId)).toHaveLength(1);
  });

  it('should ask for no more than a few of the missing authors of one page', async () => {
    const replica = await platform.replica({ AUTHOR_LOOKUP_TIMEOUT: '20s' });
    const people = await platform.issuer.people(20);
    const tags = [`crowd-${uuidv7()}`];
    // Written by a replica that asks elsewhere, so that all are missing.
    const elsewhere = await platform.replica({
      MESSAGING_PREFIX: `${platform.redis.prefix}-elsewhere`,
    });
    for (const person of people) await elsewhere.published(person, { tags });
    for (const { accountId } of people) users.knows(account(accountId));
    const askedBefore = users.asked.length;

    const { body } = await replica.get<Page<{ author: AuthorResponse }>>(
      `/v1/posts?tag=${tags[0]}`,
    );

    const named = body.items.filter(({ author }) => author.displayName !== null);
    expect(body.items).toHaveLength(20);
    expect(named).toHaveLength(8);
    expect(users.asked.length - askedBefore).toBe(8);
  });

  it('should show a page without a name that users does not know either', async () => {
    const replica = await platform.replica({ AUTHOR_LOOKUP_TIMEOUT: '20s' });
    const ghost = await platform.issuer.person();
    const named = await platform.issuer.person();
    users.knows(account(named.accountId));

    const { author } = await replica.draft(ghost);
    const next = await replica.draft(named);

    expect(author).toEqual({
      accountId: ghost.accountId,
      username: null,
      displayName: null,
      avatarUrl: null,
    });
    // Not knowing one is an answer: it is no reason to stop asking.
    expect(next.author.displayName).toBe('Name 1');
  });
});

describe('while users is away', () => {
  it('should show pages without names, and wait for users no more than once', async () => {
    await using platform = await Platform.start();
    const content = await platform.replica({ AUTHOR_LOOKUP_PAUSE: '10m' });
    const people = await platform.issuer.people(3);
    for (const person of people) await content.published(person);
    const feed = await content.get<Page<{ author: AuthorResponse }>>('/v1/posts');

    expect(feed.status).toBe(200);
    expect(feed.body.items.map(({ author }) => author.displayName)).toEqual([null, null, null]);
    // The very first page asked; none since has.
    await expect(platform.requestsTo('users')).resolves.toBe(1);
  });
});
