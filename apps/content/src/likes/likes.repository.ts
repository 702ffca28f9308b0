import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';

import { Transactions } from '../database/transactions.js';
import { LIKE, type Like } from './like.schema.js';

/** Queries of likes. Inside a transaction each is part of it. */
@Injectable()
export class LikesRepository {
  constructor(
    @InjectModel(LIKE) private readonly likes: Model<Like>,
    private readonly transactions: Transactions,
  ) {}

  /** Tells whether it was added; false when this person likes the post already. */
  async add({ postId, accountId, ...like }: Like): Promise<boolean> {
    const { session } = this.transactions;
    const added = await this.likes.updateOne(
      { postId, accountId },
      { $setOnInsert: like },
      { upsert: true, session },
    );
    return added.upsertedCount === 1;
  }
}
