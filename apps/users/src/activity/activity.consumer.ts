import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  accountCreated,
  accountLocked,
  accountUpdated,
  commentCreated,
  type PayloadOf,
  postLiked,
  postPublished,
} from '@trilith/contracts';
import { type RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { ActivityWriter } from './activity-writer.js';

/**
 * What accounts do, as the services tell by events. An event is acknowledged when it is stored, and
 * its id keeps a second delivery from being a second entry.
 */
@Controller()
export class ActivityConsumer {
  constructor(private readonly activity: ActivityWriter) {}

  @Subscribe(accountCreated)
  async onSignUp(
    @Payload() { accountId, createdAt }: PayloadOf<typeof accountCreated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const occurredAt = new Date(createdAt);
    await this.activity.record({ id, accountId, kind: 'account.created', details: {}, occurredAt });
  }

  @Subscribe(accountUpdated)
  async onChange(
    @Payload() { accountId, version, updatedAt }: PayloadOf<typeof accountUpdated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const [details, occurredAt] = [{ version }, new Date(updatedAt)];
    await this.activity.record({ id, accountId, kind: 'account.changed', details, occurredAt });
  }

  @Subscribe(accountLocked)
  async onLock(
    @Payload() { accountId, reason, lockedUntil, lockedAt }: PayloadOf<typeof accountLocked>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const [details, occurredAt] = [{ reason, lockedUntil }, new Date(lockedAt)];
    await this.activity.record({ id, accountId, kind: 'account.locked', details, occurredAt });
  }

  @Subscribe(postPublished)
  async onPost(
    @Payload() { authorId, postId, publishedAt }: PayloadOf<typeof postPublished>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const [accountId, occurredAt] = [authorId, new Date(publishedAt)];
    const details = { postId };
    await this.activity.record({ id, accountId, kind: 'post.published', details, occurredAt });
  }

  @Subscribe(postLiked)
  async onLike(
    @Payload() { accountId, postId, likedAt }: PayloadOf<typeof postLiked>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const [details, occurredAt] = [{ postId }, new Date(likedAt)];
    await this.activity.record({ id, accountId, kind: 'post.liked', details, occurredAt });
  }

  @Subscribe(commentCreated)
  async onComment(
    @Payload() { authorId, postId, commentId, createdAt }: PayloadOf<typeof commentCreated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const [accountId, occurredAt] = [authorId, new Date(createdAt)];
    const details = { postId, commentId };
    await this.activity.record({ id, accountId, kind: 'comment.created', details, occurredAt });
  }
}
