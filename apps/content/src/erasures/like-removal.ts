import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';

import { Transactions } from '../database/transactions.js';
import { LIKE, type Like } from '../likes/like.schema.js';
import { PostPages } from '../posts/post-pages.js';
import { POST, type Post } from '../posts/post.schema.js';
import { type OnStep, STEP } from './on-step.js';

/** Takes an account's likes back, from the counts, too. */
@Injectable()
export class LikeRemoval {
  constructor(
    @InjectModel(LIKE) private readonly likes: Model<Like>,
    @InjectModel(POST) private readonly posts: Model<Post>,
    private readonly pages: PostPages,
    private readonly transactions: Transactions,
  ) {}

  async removeAllOf(accountId: string, onStep: OnStep): Promise<void> {
    for (;;) {
      const found = await this.likes.find({ accountId }, { postId: 1 }).limit(STEP).lean();
      if (found.length === 0) return;
      for (const like of found) {
        await this.remove(like);
        await onStep();
      }
    }
  }

  private async remove({ _id, postId }: Pick<Like, '_id' | 'postId'>): Promise<void> {
    await this.transactions.run(
      async () => {
        const { session } = this.transactions;
        const { deletedCount } = await this.likes.deleteOne({ _id }, { session });
        if (deletedCount === 0) return;
        const change = { $inc: { 'metadata.likeCount': -1 } };
        await this.posts.updateOne({ _id: postId }, change, { session });
      },
      { contendedOn: postId },
    );
    await this.pages.changed(postId);
  }
}
