import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';
import {
  accountCreated,
  commentCreated,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';

import { EventCounters } from '../counters/event-counters.js';
import { Clock } from '../store/clock.js';
import { UniqueVisitors } from '../visitors/unique-visitors.js';
import type { Overview } from './dto/overview.dto.js';

const counted = [accountCreated, postPublished, commentCreated, postLiked, postViewed].map(
  ({ name }) => name,
);

/** The figures of the whole platform on one page. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly counters: EventCounters,
    private readonly visitors: UniqueVisitors,
    private readonly clock: Clock,
    private readonly cache: TieredCache,
  ) {}

  overview(): Promise<Overview> {
    return this.cache.getOrSet('overview', async () => this.read());
  }

  /** Reads all figures in one round trip: what is asked for in one tick travels together. */
  private async read(): Promise<Overview> {
    const asOf = this.clock.now();
    const [totals, today] = await Promise.all([
      this.counters.totals(counted),
      this.visitors.countOn(asOf),
    ]);
    const [accounts = 0, posts = 0, comments = 0, likes = 0, views = 0] = totals;
    return {
      accounts,
      posts,
      comments,
      likes,
      views,
      uniqueVisitorsToday: today.count,
      uniqueVisitorsStandardError: today.isExact ? 0 : UniqueVisitors.standardError,
      asOf: asOf.toISOString(),
    };
  }
}
