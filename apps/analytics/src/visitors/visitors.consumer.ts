import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { type PayloadOf, postViewed } from '@trilith/contracts';
import { Subscribe } from '@trilith/messaging';

import { UniqueVisitors } from './unique-visitors.js';

/** Learns who came. */
@Controller()
export class VisitorsConsumer {
  constructor(private readonly visitors: UniqueVisitors) {}

  @Subscribe(postViewed)
  async onPostViewed(
    @Payload() { visitor, viewedAt }: PayloadOf<typeof postViewed>,
  ): Promise<void> {
    await this.visitors.record({ visitor, at: new Date(viewedAt) });
  }
}
