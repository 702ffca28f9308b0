import { Injectable } from '@nestjs/common';
import { postLiked } from '@trilith/contracts';
import type { Outbox } from '@trilith/messaging';
import { v7 as uuidv7 } from 'uuid';

import { Transactions } from '../database/transactions.js';
import { openToReactions } from '../posts/post.rules.js';
import { PostPages } from '../posts/post-pages.js';
import { PostsRepository } from '../posts/posts.repository.js';
import type { LikeResponse } from './dto/like.response.js';
import { LikesRepository } from './likes.repository.js';

/** Who likes which post. */
export interface Liking {
  readonly postId: string;
  readonly accountId: string;
}

/** Likes of posts: one a person, however often it is sent. */
@Injectable()
export class LikesService {
  constructor(
    private readonly likes: LikesRepository,
    private readonly posts: PostsRepository,
    private readonly pages: PostPages,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Likes a post. Doing so again changes nothing and is answered the same.
   * @throws {PostNotFoundError | PostStateError}
   */
  async like(liking: Liking): Promise<LikeResponse> {
    const likeCount = await this.transactions.run(async (outbox) => this.store(liking, outbox), {
      contendedOn: liking.postId,
    });
    await this.pages.changed(liking.postId);
    return { postId: liking.postId, liked: true, likeCount };
  }

  /** Gives the post's number of likes. */
  private async store({ postId, accountId }: Liking, outbox: Outbox): Promise<number> {
    const post = openToReactions({ postId, accountId, post: await this.posts.findHead(postId) });
    const { likeCount } = post.metadata;
    const likedAt = new Date();
    const added = await this.likes.add({ _id: uuidv7(), postId, accountId, likedAt });
    if (!added) return likeCount;
    await this.posts.addLike(postId);
    await outbox.add({
      topic: postLiked,
      key: postId,
      payload: { postId, authorId: post.authorId, accountId, likedAt: likedAt.toISOString() },
    });
    // Read in this transaction's snapshot, which nobody else could change before it commits.
    return likeCount + 1;
  }
}
