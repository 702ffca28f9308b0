import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { postViewed, type PayloadOf } from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { PostViewCounter } from './post-view-counter.js';

/** Counts views: this service's own events, so that reading a page writes nothing. */
@Controller()
export class PostViewsConsumer {
  constructor(private readonly views: PostViewCounter) {}

  @Subscribe(postViewed)
  async onViewed(
    @Payload() { postId }: PayloadOf<typeof postViewed>,
    @Ctx() { id }: RedisStreamsContext,
  ): Promise<void> {
    await this.views.count(postId, id);
  }
}
