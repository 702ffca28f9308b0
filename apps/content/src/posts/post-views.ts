import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { postViewed } from '@trilith/contracts';
import { EventPublisher } from '@trilith/messaging';
import { MetricsRegistry } from '@trilith/service';
import { Counter } from 'prom-client';

import { VisitorIds, type Reader } from './visitor-ids.js';

/** What was seen. */
interface SeenPost {
  readonly postId: string;
  readonly authorId: string;
}

/** So many views may be on their way to Redis; more are lost rather than kept in memory. */
const MOST_PENDING = 1_000;

/**
 * Tells that posts were seen. No reader waits for it: a view is published in the background, with
 * the deadline that every command to Redis has. It is the one act of this service that may be lost:
 * when Redis is away. See {@link PostViewCounter} for what becomes of it.
 */
@Injectable()
export class PostViews implements OnApplicationShutdown {
  private readonly logger = new Logger(PostViews.name);
  private readonly pending = new Set<Promise<void>>();
  private readonly lost: Counter;
  private isLosing = false;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly visitors: VisitorIds,
    metrics: MetricsRegistry,
  ) {
    this.lost = new Counter({
      name: 'content_views_lost_total',
      help: 'Views of posts that could not be published',
      registers: [metrics],
    });
  }

  /** Publishes that this reader saw this post, in the background. Never throws. */
  record(post: SeenPost, reader: Reader): void {
    if (this.pending.size >= MOST_PENDING) {
      this.onLost(new Error(`${MOST_PENDING} views are waiting already`));
      return;
    }
    const publishing = this.publish(post, reader)
      .then(() => this.onPublished())
      .catch((error: unknown) => this.onLost(error))
      .finally(() => this.pending.delete(publishing));
    this.pending.add(publishing);
  }

  /** Waits for the views that are on their way. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.pending);
  }

  private async publish({ postId, authorId }: SeenPost, reader: Reader): Promise<void> {
    const visitor = this.visitors.of(reader);
    const payload = { postId, authorId, visitor, viewedAt: new Date().toISOString() };
    await this.publisher.publish([{ topic: postViewed, key: postId, payload }]);
  }

  private onPublished(): void {
    if (this.isLosing) this.logger.log('views are published again');
    this.isLosing = false;
  }

  /** Counts each, and logs the first of an outage. */
  private onLost(error: unknown): void {
    if (!this.isLosing) this.logger.error({ err: error }, 'views are being lost');
    this.isLosing = true;
    this.lost.inc();
  }
}
