import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getModelToken } from '@nestjs/mongoose';
import type { Model, UpdateQuery } from 'mongoose';
import { v7 as uuidv7 } from 'uuid';

import { AUTHOR, type Author } from '../src/authors/author.schema.js';
import { AuthorsRepository } from '../src/authors/authors.repository.js';
import { Platform } from './support/platform.js';

let platform: Platform;
let authors: Model<Author>;

beforeAll(async () => {
  platform = await Platform.start();
  const content = await platform.replica();
  authors = content.app.get<Model<Author>>(getModelToken(AUTHOR));
});
afterAll(async () => platform[Symbol.asyncDispose]());

const author = (_id: string, version: number): Author => ({
  _id,
  username: 'ada',
  displayName: `Name ${version}`,
  avatarUrl: null,
  version,
  updatedAt: new Date(),
});

/** A model whose upserts always lose: just before, another writer inserts that version. */
function beatenTo(version: number): Model<Author> {
  return new Proxy(authors, {
    get(target, property, receiver): unknown {
      if (property !== 'updateOne') return Reflect.get(target, property, receiver);
      return async (filter: { _id: string }, change: UpdateQuery<Author>, options: object) => {
        if (!('upsert' in options) || options.upsert !== true) {
          return target.updateOne(filter, change, options);
        }
        const copy = author(filter._id, version);
        await target.collection.insertOne(copy as never);
        // What the database answers to an upsert that has become an insert of the same id.
        return target.collection.insertOne(copy as never);
      };
    },
  });
}

describe('AuthorsRepository.keep', () => {
  it.each([
    ['an older copy, and replace it', 2, 5],
    ['a newer copy, and leave it', 8, 8],
    ['the same copy, and leave it', 5, 5],
  ])('should find that another writer was first with %s', async (_what, theirs, kept) => {
    const _id = uuidv7();

    await new AuthorsRepository(beatenTo(theirs)).keep(author(_id, 5));

    await expect(authors.findById(_id).lean()).resolves.toMatchObject({
      version: kept,
      displayName: `Name ${kept}`,
    });
  });
});
