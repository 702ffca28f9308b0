import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getModelToken } from '@nestjs/mongoose';
import { postLiked } from '@trilith/contracts';
import { faultyProxy } from '@trilith/testing';
import type { Model } from 'mongoose';
import { v7 as uuidv7 } from 'uuid';

import { DatabaseBusyError } from '../src/database/database.errors.js';
import { Transactions } from '../src/database/transactions.js';
import { POST, type Post } from '../src/posts/post.schema.js';
import { Platform, type Replica } from './support/platform.js';

let platform: Platform;
let content: Replica;
let transactions: Transactions;
let posts: Model<Post>;
let postId: string;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  transactions = content.app.get(Transactions);
  posts = content.app.get<Model<Post>>(getModelToken(POST));
});
beforeAll(async () => {
  ({ id: postId } = await content.published(await platform.issuer.person()));
});
afterAll(async () => platform[Symbol.asyncDispose]());

const likeCount = async () => (await content.posts.findOne({ _id: postId }))?.metadata.likeCount;

/** Adds one to what it has read: right only if nothing came between reading and writing. */
async function readAndAddOne(): Promise<void> {
  const { session = null } = transactions;
  const post = await posts.findById(postId).session(session).lean().orFail();
  const next = post.metadata.likeCount + 1;
  await posts.updateOne({ _id: postId }, { $set: { 'metadata.likeCount': next } }).session(session);
}

describe('Transactions', () => {
  it('should lose no change of many that run against each other', async () => {
    await content.posts.updateOne({ _id: postId }, { $set: { 'metadata.likeCount': 0 } });

    await Promise.all(
      Array.from({ length: 12 }, async () => transactions.run(async () => readAndAddOne())),
    );

    expect(await likeCount()).toBe(12);
  });

  it('should spare work in one line the attempts that could only lose', async () => {
    await content.posts.updateOne({ _id: postId }, { $set: { 'metadata.likeCount': 0 } });
    let attempts = 0;
    const work = async () => {
      attempts += 1;
      await readAndAddOne();
    };

    await Promise.all(
      Array.from({ length: 12 }, async () => transactions.run(work, { contendedOn: postId })),
    );

    expect(await likeCount()).toBe(12);
    expect(attempts).toBe(12);
  });

  it('should undo all of a work that fails, its events too', async () => {
    const before = await likeCount();
    const key = uuidv7();

    const failing = transactions.run(async (outbox) => {
      await readAndAddOne();
      await outbox.add({
        topic: postLiked,
        key,
        payload: { postId, authorId: key, accountId: key, likedAt: new Date().toISOString() },
      });
      throw new Error('changed my mind');
    });

    await expect(failing).rejects.toThrow('changed my mind');
    expect(await likeCount()).toBe(before);
    await expect(content.outbox({ topic: postLiked.name, key })).resolves.toEqual([]);
  });

  it('should give up work that MongoDB goes silent on', async () => {
    await using own = await Platform.start();
    await using proxy = await faultyProxy(own.mongo.url);
    const { app } = await own.replica({
      MONGODB_URL: proxy.url,
      MONGODB_TRANSACTION_TIMEOUT: '500ms',
    });
    const silenced = app.get(Transactions).run(async () => {
      proxy.stall();
      const { session = null } = app.get(Transactions);
      await app.get<Model<Post>>(getModelToken(POST)).findById(uuidv7()).session(session);
    });

    await expect(silenced).rejects.toBeInstanceOf(DatabaseBusyError);
    proxy.heal();
  });

  it('should let work inside of work be part of it', async () => {
    const before = await likeCount();

    const failing = transactions.run(
      async () => {
        await transactions.run(readAndAddOne, { contendedOn: postId });
        throw new Error('changed my mind');
      },
      { contendedOn: postId },
    );

    await expect(failing).rejects.toThrow('changed my mind');
    expect(await likeCount()).toBe(before);
  });
});
