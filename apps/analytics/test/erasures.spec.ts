import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountCreated,
  accountErased,
  erasureConfirmed,
  type PayloadOf,
  postRemoved,
} from '@trilith/contracts';
import { partitionOf, StreamKeys } from '@trilith/messaging';
import { v7 as uuidv7 } from 'uuid';

import { comment, like, publish, view } from './acts.js';
import { Platform } from './platform.js';

describe('the erasure of an account', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await Platform.start();
  });
  afterAll(async () => {
    await platform.close();
  });

  const isRanked = async (app: Awaited<ReturnType<Platform['replica']>>, postId: string) =>
    (await app.inject(`/v1/leaderboards/posts/${postId}`)).statusCode === 200;
  /** What a board keeps about a member. */
  const detailsOf = async (board: string, member: string) => {
    const keys = await platform.redis.keys(`*${platform.prefix}*board:${board}}:details`);
    const details = await Promise.all(keys.map(async (key) => platform.redis.hkeys(key)));
    return details.flat().filter((field) => field.includes(member));
  };
  const confirmations = async (accountId: string) => {
    const stream = new StreamKeys(platform.prefix).partition(
      'analytics',
      partitionOf(accountId, 16),
    );
    const entries = await platform.redis.xrange(stream, '-', '+');
    return entries.map(
      ([, fields]) =>
        JSON.parse(fields[fields.indexOf('payload') + 1] ?? '') as PayloadOf<
          typeof erasureConfirmed
        >,
    );
  };

  it('takes the person’s posts off the board for good, and is confirmed after that', async () => {
    const app = await platform.replica();
    const [gone, stays] = [uuidv7(), uuidv7()];
    const authorId = uuidv7();
    const account = { accountId: authorId, username: 'ada', displayName: 'Ada', avatarUrl: null };
    const created = { ...account, version: 1, createdAt: new Date().toISOString() };
    const signedUp = { topic: accountCreated, key: authorId, payload: created };
    await platform.publish('users', [signedUp]);
    for (const post of [gone, stays]) {
      await platform.publish('content', [publish(post, 'A title'), like(post), comment(post)]);
    }
    await platform.drained();
    expect([await isRanked(app, gone), await isRanked(app, stays)]).toEqual([true, true]);

    const erasure = { erasureId: uuidv7(), accountId: authorId };
    const removed = { topic: postRemoved, key: authorId, payload: { postId: gone, authorId } };
    const payload = { ...erasure, service: 'content' };
    const confirmed = { topic: erasureConfirmed, key: authorId, payload };
    const erased = { topic: accountErased, key: authorId, payload: erasure };
    await platform.publish('users', [erased]);
    await platform.drained();
    expect(await detailsOf('authors', authorId)).toEqual([]);
    expect(await confirmations(authorId)).toEqual([]);
    await platform.publish('content', [removed, confirmed]);
    await platform.drained();
    expect([await isRanked(app, gone), await isRanked(app, stays)]).toEqual([false, true]);
    expect(await confirmations(authorId)).toEqual([{ ...erasure, service: 'analytics' }]);

    // What was on its way brings it not back, nor does word of its removal, again.
    const late = [view(gone, 'somebody'), like(gone), publish(gone, 'A title'), removed];
    await platform.publish('content', late);
    await platform.drained();
    expect([await isRanked(app, gone), await isRanked(app, stays)]).toEqual([false, true]);
    await platform.publish('users', [{ ...signedUp, id: uuidv7() }]);
    await platform.drained();
    expect(await detailsOf('posts', gone)).toEqual([]);
    expect(await detailsOf('authors', authorId)).toEqual([]);
  });

  it('is confirmed once for each time content confirms, and for nobody else’s word', async () => {
    await platform.replica();
    const erasure = { erasureId: uuidv7(), accountId: uuidv7() };
    const word = (service: string) => ({
      topic: erasureConfirmed,
      key: erasure.accountId,
      payload: { ...erasure, service },
    });
    await platform.publish('content', [word('content'), word('analytics'), word('content')]);
    await platform.drained();
    const mine = (await confirmations(erasure.accountId)).filter(
      ({ erasureId }) => erasureId === erasure.erasureId,
    );
    expect(mine).toHaveLength(2);
  });
});
