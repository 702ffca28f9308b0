import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { EventPublisher } from '@trilith/messaging';
import { MetricsRegistry } from '@trilith/service';

import { PostViews } from './post-views.js';
import type { VisitorIds } from './visitor-ids.js';

const post = { postId: 'post', authorId: 'author' };
const reader = { accountId: undefined, ip: '127.0.0.1', userAgent: undefined };

/** A Redis that answers when the test lets it. */
class HeldPublisher {
  readonly held: PromiseWithResolvers<void>[] = [];

  async publish(): Promise<void> {
    const answer = Promise.withResolvers<void>();
    this.held.push(answer);
    return answer.promise;
  }
}

let metrics: MetricsRegistry;
let publisher: HeldPublisher;
let views: PostViews;

beforeEach(() => {
  Logger.overrideLogger(false);
  metrics = new MetricsRegistry();
  publisher = new HeldPublisher();
  const visitors = { of: () => 'somebody' } as unknown as VisitorIds;
  views = new PostViews(publisher as unknown as EventPublisher, visitors, metrics);
});
afterEach(() => metrics.clear());

const lost = async () => {
  const { values } = (await metrics.getSingleMetric('content_views_lost_total')?.get()) ?? {};
  return values?.[0]?.value;
};

describe('PostViews', () => {
  it('should stop only when the views on their way have arrived or failed', async () => {
    views.record(post, reader);
    views.record(post, reader);
    let stopped = false;

    const stopping = views.onApplicationShutdown().then(() => (stopped = true));
    publisher.held[0]?.resolve();
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    publisher.held[1]?.reject(new Error('away'));
    await stopping;

    expect(await lost()).toBe(1);
  });

  it('should lose views rather than keep ever more of them while Redis hangs', async () => {
    for (let count = 0; count < 1_010; count++) views.record(post, reader);

    expect(publisher.held).toHaveLength(1_000);
    expect(await lost()).toBe(10);

    for (const answer of publisher.held) answer.resolve();
    await views.onApplicationShutdown();
    views.record(post, reader);
    expect(publisher.held).toHaveLength(1_001);
    expect(await lost()).toBe(10);
  });
});
