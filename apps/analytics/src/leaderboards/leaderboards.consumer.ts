import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type PayloadOf,
  commentCreated,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { PostLeaderboard } from './post-leaderboard.js';

/** Gives posts the points that acts earn them. */
@Controller()
export class LeaderboardsConsumer {
  constructor(private readonly posts: PostLeaderboard) {}

  @Subscribe(postPublished)
  async onPostPublished(
    @Payload() { postId, title }: PayloadOf<typeof postPublished>,
  ): Promise<void> {
    await this.posts.describe({ member: postId, label: title });
  }

  @Subscribe(postViewed)
  async onPostViewed(
    @Payload() { postId }: PayloadOf<typeof postViewed>,
    @Ctx() { id: eventId }: RedisStreamsContext,
  ): Promise<void> {
    await this.posts.add({ member: postId, act: 'view', eventId });
  }

  @Subscribe(postLiked)
  async onPostLiked(
    @Payload() { postId }: PayloadOf<typeof postLiked>,
    @Ctx() { id: eventId }: RedisStreamsContext,
  ): Promise<void> {
    await this.posts.add({ member: postId, act: 'like', eventId });
  }

  @Subscribe(commentCreated)
  async onCommentCreated(
    @Payload() { postId }: PayloadOf<typeof commentCreated>,
    @Ctx() { id: eventId }: RedisStreamsContext,
  ): Promise<void> {
    await this.posts.add({ member: postId, act: 'comment', eventId });
  }
}
