import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type PayloadOf,
  type PublicAccount,
  accountCreated,
  accountUpdated,
  commentCreated,
  postLiked,
  postPublished,
  postRemoved,
  postViewed,
} from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { AuthorLeaderboard } from './author-leaderboard.js';
import { type PostAct, PostLeaderboard } from './post-leaderboard.js';

/** What happened to somebody's post. */
interface ActOnPost {
  readonly postId: string;
  readonly authorId: string;
  readonly act: PostAct;
  readonly at: string;
}

/** Gives posts and their authors the points that acts earn them. */
@Controller()
export class LeaderboardsConsumer {
  constructor(
    private readonly posts: PostLeaderboard,
    private readonly authors: AuthorLeaderboard,
  ) {}

  @Subscribe(accountCreated)
  async onAccountCreated(@Payload() account: PayloadOf<typeof accountCreated>): Promise<void> {
    await this.describeAuthor(account);
  }

  @Subscribe(accountUpdated)
  async onAccountUpdated(@Payload() account: PayloadOf<typeof accountUpdated>): Promise<void> {
    await this.describeAuthor(account);
  }

  @Subscribe(postPublished)
  async onPostPublished(
    @Payload() { postId, title }: PayloadOf<typeof postPublished>,
  ): Promise<void> {
    await this.posts.describe({ member: postId, label: title });
  }

  @Subscribe(postViewed)
  async onPostViewed(
    @Payload() { postId, authorId, viewedAt }: PayloadOf<typeof postViewed>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.add(id, { postId, authorId, act: 'view', at: viewedAt });
  }

  @Subscribe(postLiked)
  async onPostLiked(
    @Payload() { postId, authorId, likedAt }: PayloadOf<typeof postLiked>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.add(id, { postId, authorId, act: 'like', at: likedAt });
  }

  @Subscribe(commentCreated)
  async onCommentCreated(
    @Payload() { postId, postAuthorId, createdAt }: PayloadOf<typeof commentCreated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.add(id, { postId, authorId: postAuthorId, act: 'comment', at: createdAt });
  }

  private async describeAuthor({ accountId, displayName, version }: PublicAccount): Promise<void> {
    await this.authors.describe({ member: accountId, label: displayName, version });
  }

  /** Each board counts the event once by itself: one that failed alone is made up for. */
  private async add(eventId: string, { postId, authorId, act, at }: ActOnPost): Promise<void> {
    const contribution = { act, at: new Date(at), eventId };
    await Promise.all([
      this.posts.add({ ...contribution, members: [postId] }),
      this.authors.add({ ...contribution, members: [authorId] }),
    ]);
  }

  @Subscribe(postRemoved)
  async onPostRemoved(@Payload() { postId }: PayloadOf<typeof postRemoved>): Promise<void> {
    await this.posts.remove(postId);
  }
}
