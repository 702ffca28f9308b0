import { Injectable } from '@nestjs/common';

import { ActivityRemoval } from './activity-removal.js';
import { CommentRemoval } from './comment-removal.js';
import { LikeRemoval } from './like-removal.js';
import type { OnStep } from './on-step.js';
import { PostRemoval } from './post-removal.js';

/** All that an account has in this service. */
@Injectable()
export class AuthorContent {
  constructor(
    private readonly posts: PostRemoval,
    private readonly comments: CommentRemoval,
    private readonly likes: LikeRemoval,
    private readonly activity: ActivityRemoval,
  ) {}

  /** Step by step: cut off anywhere, it goes on from there when it is begun anew. */
  async removeAll(accountId: string, onStep: OnStep): Promise<void> {
    await this.posts.removeAllOf(accountId, onStep);
    await this.comments.removeAllOf(accountId, onStep);
    await this.likes.removeAllOf(accountId, onStep);
    await this.activity.removeAllOf(accountId, onStep);
  }
}
