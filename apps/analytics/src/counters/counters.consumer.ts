import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  accountCreated,
  commentCreated,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { type CounterName, Counters } from './counters.js';

/** Counts what happened. Payloads are checked and then left alone: that it happened is enough. */
@Controller()
export class CountersConsumer {
  constructor(private readonly counters: Counters) {}

  @Subscribe(accountCreated)
  async onAccountCreated(
    @Payload() _account: object,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.count('accounts', context);
  }

  @Subscribe(postPublished)
  async onPostPublished(
    @Payload() _post: object,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.count('posts', context);
  }

  @Subscribe(commentCreated)
  async onCommentCreated(
    @Payload() _comment: object,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.count('comments', context);
  }

  @Subscribe(postLiked)
  async onPostLiked(@Payload() _like: object, @Ctx() context: RedisStreamsContext): Promise<void> {
    await this.count('likes', context);
  }

  @Subscribe(postViewed)
  async onPostViewed(@Payload() _view: object, @Ctx() context: RedisStreamsContext): Promise<void> {
    await this.count('views', context);
  }

  private async count(counter: CounterName, { id: eventId }: RedisStreamsContext): Promise<void> {
    await this.counters.count({ counter, eventId });
  }
}
