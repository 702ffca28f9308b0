import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import { Counters } from '../counters/counters.js';
import { UniqueVisitors } from '../visitors/unique-visitors.js';
import { Clock } from './clock.js';
import type { Overview } from './dto/overview.dto.js';

/** The figures of the whole platform on one page. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly counters: Counters,
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
    const [totals, uniqueVisitorsToday] = await Promise.all([
      this.counters.totals(),
      this.visitors.countOn(asOf),
    ]);
    return {
      ...totals,
      uniqueVisitorsToday,
      uniqueVisitorsStandardError: UniqueVisitors.standardError,
      asOf: asOf.toISOString(),
    };
  }
}
