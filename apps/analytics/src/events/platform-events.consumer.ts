import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type PayloadOf,
  accountCreated,
  commentCreated,
  eventRecorded,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { EventRecorder } from './event-recorder.js';
import { EventTypes } from './event-types.js';
import { type RecordedEvent, VIEW } from './recorded-event.js';

/** Where a post is read. */
const pageOfPost = (postId: string) => `/posts/${postId}`;

/** Counts what happens on the platform: events of users and content, by their names. */
@Controller()
export class PlatformEventsConsumer {
  constructor(
    private readonly recorder: EventRecorder,
    private readonly types: EventTypes,
  ) {}

  /** What a service wants counted beside its own events. Its clock is believed. */
  @Subscribe(eventRecorded)
  async onEventRecorded(
    @Payload() { type, page, at, ...who }: PayloadOf<typeof eventRecorded>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const visited = type === VIEW ? page : undefined;
    await this.record({
      ...who,
      id,
      type: this.types.nameOf(type),
      at: new Date(at),
      page: visited,
    });
  }

  @Subscribe(accountCreated)
  async onAccountCreated(
    @Payload() { createdAt }: PayloadOf<typeof accountCreated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.record({ id, type: accountCreated.name, at: new Date(createdAt) });
  }

  @Subscribe(postPublished)
  async onPostPublished(
    @Payload() { publishedAt }: PayloadOf<typeof postPublished>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.record({ id, type: postPublished.name, at: new Date(publishedAt) });
  }

  @Subscribe(commentCreated)
  async onCommentCreated(
    @Payload() { createdAt }: PayloadOf<typeof commentCreated>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.record({ id, type: commentCreated.name, at: new Date(createdAt) });
  }

  @Subscribe(postLiked)
  async onPostLiked(
    @Payload() { likedAt }: PayloadOf<typeof postLiked>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.record({ id, type: postLiked.name, at: new Date(likedAt) });
  }

  @Subscribe(postViewed)
  async onPostViewed(
    @Payload() { postId, visitor, viewedAt }: PayloadOf<typeof postViewed>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    const at = new Date(viewedAt);
    await this.record({ id, type: postViewed.name, at, page: pageOfPost(postId), visitor });
  }

  private async record(event: RecordedEvent): Promise<void> {
    await this.recorder.record([event]);
  }
}
