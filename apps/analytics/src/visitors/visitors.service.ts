import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';
import { postViewed } from '@trilith/contracts';

import { type Counted, EventCounters } from '../counters/event-counters.js';
import { DAY_MS, dayNumber } from '../counters/periods.js';
import { VIEW } from '../events/recorded-event.js';
import { BadRangeError, RangeNotKeptError } from '../queries/queries.errors.js';
import { Clock } from '../store/clock.js';
import type { DayRange } from './day-range.js';
import type { Visitors, VisitorsQuery } from './dto/visitors.dto.js';
import { UniqueVisitors } from './unique-visitors.js';

const KEPT_DAYS = 400;

/** The types of events that are visits of pages. */
const VISITS = [VIEW, postViewed.name] as const;

/** Visitors and visits, as readers see them. */
@Injectable()
export class VisitorsService {
  constructor(
    private readonly unique: UniqueVisitors,
    private readonly counters: EventCounters,
    private readonly cache: TieredCache,
    private readonly clock: Clock,
  ) {}

  /** @throws {BadRangeError} @throws {RangeNotKeptError} */
  async visitors({ from, to, page: pages }: VisitorsQuery): Promise<Visitors> {
    const range = this.rangeOf(from, to);
    const distinct = pages && [...new Set(pages)].toSorted();
    return this.cache.getOrSet(JSON.stringify(['visitors', range, distinct]), async () =>
      this.read(range, distinct),
    );
  }

  private async read(range: DayRange, pages: readonly string[] | undefined): Promise<Visitors> {
    const visited: Counted[] = pages
      ? pages.map((value) => ({ dimension: 'page', value }))
      : VISITS.map((value) => ({ dimension: 'type', value }));
    const time = { from: new Date(range.from * DAY_MS), to: new Date(range.to * DAY_MS) };
    const [people, visits] = await Promise.all([
      this.unique.count(range, pages),
      Promise.all(visited.map(async (counted) => this.counters.total(counted, time))),
    ]);
    return {
      from: dateOf(range.from),
      to: dateOf(range.to - 1),
      pages: pages ? [...pages] : null,
      people: people.count,
      standardError: people.isExact ? 0 : UniqueVisitors.standardError,
      visits: visits.reduce((sum, count) => sum + count, 0),
    };
  }

  private rangeOf(first: string | undefined, last: string | undefined): DayRange {
    const today = dayNumber(this.clock.now());
    const to = last === undefined ? today : dayNumber(new Date(last));
    const from = first === undefined ? to : dayNumber(new Date(first));
    if (from > to || to - from >= KEPT_DAYS)
      throw new BadRangeError({ most: KEPT_DAYS, what: 'days' });
    if (from < today - KEPT_DAYS) {
      throw new RangeNotKeptError('Visitors', new Date((today - KEPT_DAYS) * DAY_MS));
    }
    return { from, to: to + 1 };
  }
}

/** 2026-01-31 */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
