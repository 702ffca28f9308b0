import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, trusted } from 'mongoose';

import { COMMENT, type Comment } from '../comments/comment.schema.js';
import { Transactions } from '../database/transactions.js';
import { PostPages } from '../posts/post-pages.js';
import { POST, type Post, RECENT_COMMENTS } from '../posts/post.schema.js';
import { type OnStep, STEP } from './on-step.js';

type OwnComment = Pick<Comment, '_id' | 'postId'>;

/** Removes what an account wrote below the posts of others, and counts it no more there. */
@Injectable()
export class CommentRemoval {
  constructor(
    @InjectModel(COMMENT) private readonly comments: Model<Comment>,
    @InjectModel(POST) private readonly posts: Model<Post>,
    private readonly pages: PostPages,
    private readonly transactions: Transactions,
  ) {}

  async removeAllOf(authorId: string, onStep: OnStep): Promise<void> {
    for (;;) {
      const found = await this.comments.find({ authorId }, { postId: 1 }).limit(STEP).lean();
      if (found.length === 0) return;
      for (const [postId, comments] of Map.groupBy(found, ({ postId }) => postId)) {
        await this.removeFrom(postId, comments);
        await onStep();
      }
    }
  }

  private async removeFrom(postId: string, comments: readonly OwnComment[]): Promise<void> {
    const ids = comments.map(({ _id }) => _id);
    await this.transactions.run(
      async () => {
        const { session } = this.transactions;
        const gone = await this.comments.deleteMany({ _id: trusted({ $in: ids }) }, { session });
        if (gone.deletedCount === 0) return;
        const recentComments = await this.newestOf(postId);
        await this.posts.updateOne(
          { _id: postId },
          { $inc: { 'metadata.commentCount': -gone.deletedCount }, $set: { recentComments } },
          { session },
        );
      },
      { contendedOn: postId },
    );
    await this.pages.changed(postId);
  }

  /** As the post keeps them. */
  private async newestOf(postId: string) {
    const newest = await this.comments
      .find({ postId }, null, { session: this.transactions.session })
      .sort({ createdAt: -1, _id: -1 })
      .limit(RECENT_COMMENTS)
      .lean();
    return newest.map(({ _id: commentId, authorId, text, createdAt }) => ({
      commentId,
      authorId,
      text,
      createdAt,
    }));
  }
}
