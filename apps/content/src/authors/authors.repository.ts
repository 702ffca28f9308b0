import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, mongo, trusted } from 'mongoose';

import { AUTHOR, type Author } from './author.schema.js';

const DUPLICATE_KEY = 11_000;

/** Queries of the authors projection. */
@Injectable()
export class AuthorsRepository {
  constructor(@InjectModel(AUTHOR) private readonly authors: Model<Author>) {}

  /** The authors known among these, in no order. */
  async findMany(accountIds: readonly string[]): Promise<Author[]> {
    return this.authors.find({ _id: trusted({ $in: [...accountIds] }) }).lean();
  }

  /**
   * Keeps this copy unless the same or a newer one is there, whatever order copies arrive in and
   * however many arrive at once.
   */
  async keep(author: Author): Promise<void> {
    try {
      await this.replaceOlder(author, { upsert: true });
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      // Either the copy there is no older, so that the filter missed it, or another writer inserted
      // an older one at this moment. As an update alone it now does the right thing for both.
      await this.replaceOlder(author, { upsert: false });
    }
  }

  private async replaceOlder(
    { _id, ...copy }: Author,
    { upsert }: { upsert: boolean },
  ): Promise<void> {
    const olderCopy = { _id, version: trusted({ $lt: copy.version }) };
    await this.authors.updateOne(olderCopy, { $set: copy }, { upsert });
  }
}
