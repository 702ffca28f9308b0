import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ContentKind, exportContent } from '@trilith/contracts';

import { Platform, type Replica } from './support/platform.js';
import { UsersStandIn } from './support/users-stand-in.js';

describe('what users ask for a person’s export', () => {
  let platform: Platform;
  let content: Replica;
  let users: UsersStandIn;

  const all = async (accountId: string, kind: ContentKind) => {
    const items: Record<string, unknown>[] = [];
    let after: string | null = null;
    do {
      const page = await users.ask(exportContent, { accountId, kind, after });
      items.push(...page.items);
      after = page.next;
    } while (after !== null);
    return items;
  };

  beforeAll(async () => {
    platform = await Platform.start();
    content = await platform.replica();
    users = await UsersStandIn.start(platform.redis);
  });
  afterAll(async () => {
    await users[Symbol.asyncDispose]();
    await platform[Symbol.asyncDispose]();
  });

  it('is all that the person wrote and did, drafts included, page by page, and nothing of others', async () => {
    const [person, other] = await platform.issuer.people(2);
    if (person === undefined || other === undefined) throw new Error('two people');
    // More than a page of the largest posts that there may be.
    const large = { content: '\u{1f40e}'.repeat(25_000) };
    const posts = [];
    for (let index = 0; index < 9; index += 1) posts.push(await content.draft(person, large));
    const theirs = await content.published(other);
    const comments = await content.comments(theirs.id, person, 3);
    await content.comments(theirs.id, other, 1);
    await content.post(`/v1/posts/${theirs.id}/likes`, { as: person });

    const exported = await all(person.accountId, 'posts');
    expect(exported.map(({ id }) => id)).toEqual(posts.map(({ id }) => id));
    expect(exported[0]).toMatchObject({ ...large, status: 'draft', publishedAt: null });
    expect((await all(person.accountId, 'comments')).map(({ id }) => id)).toEqual(
      comments.map(({ id }) => id),
    );
    expect(await all(person.accountId, 'likes')).toMatchObject([{ postId: theirs.id }]);
  });
});
