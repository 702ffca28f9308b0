import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { postRemoved } from '@trilith/contracts';
import { Model, trusted } from 'mongoose';

import { Transactions } from '../database/transactions.js';
import { PostPages } from '../posts/post-pages.js';
import { POST, type Post } from '../posts/post.schema.js';
import { type OnStep, STEP } from './on-step.js';
import { ReactionsRemoval } from './reactions-removal.js';

/** Removes the posts of an account, and what others wrote below them. */
@Injectable()
export class PostRemoval {
  constructor(
    @InjectModel(POST) private readonly posts: Model<Post>,
    private readonly reactions: ReactionsRemoval,
    private readonly pages: PostPages,
    private readonly transactions: Transactions,
  ) {}

  async removeAllOf(authorId: string, onStep: OnStep): Promise<void> {
    await this.hideAllOf(authorId, onStep);
    for (;;) {
      const posts = await this.some({ authorId });
      if (posts.length === 0) return;
      for (const { _id: postId, publishedAt } of posts) {
        await this.reactions.removeAllOn(postId, onStep);
        await this.remove({ postId, authorId, wasPublished: publishedAt !== null });
        await onStep();
      }
    }
  }

  /** Nobody sees them any more, nor reacts to them: what is below them can go. */
  private async hideAllOf(authorId: string, onStep: OnStep): Promise<void> {
    for (;;) {
      const posts = await this.some({ authorId, status: 'published' });
      if (posts.length === 0) return;
      const ids = posts.map(({ _id }) => _id);
      const hidden = { status: 'archived', updatedAt: new Date() };
      await this.posts.updateMany({ _id: trusted({ $in: ids }) }, { $set: hidden });
      for (const postId of ids) await this.pages.published(postId);
      await onStep();
    }
  }

  private async remove({ postId, authorId, wasPublished }: RemovedPost): Promise<void> {
    await this.transactions.run(
      async (outbox) => {
        const { session } = this.transactions;
        const { deletedCount } = await this.posts.deleteOne({ _id: postId }, { session });
        if (deletedCount === 0 || !wasPublished) return;
        // Under the author's id: before the word that nothing of the author is left here.
        await outbox.add({ topic: postRemoved, key: authorId, payload: { postId, authorId } });
      },
      { contendedOn: postId },
    );
    // Who read it a moment before may have kept it.
    await this.pages.published(postId);
  }

  private some(where: Partial<Pick<Post, 'authorId' | 'status'>>) {
    return this.posts.find(where, { publishedAt: 1 }).limit(STEP).lean();
  }
}

interface RemovedPost {
  readonly postId: string;
  readonly authorId: string;
  readonly wasPublished: boolean;
}
