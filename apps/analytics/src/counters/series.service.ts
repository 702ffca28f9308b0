import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import { BadRangeError, RangeNotKeptError } from '../queries/queries.errors.js';
import { Clock } from '../store/clock.js';
import type { Series, SeriesQuery } from './dto/series.dto.js';
import { type Counted, EventCounters } from './event-counters.js';
import { type Granularity, KEPT_MS, type TimeRange, periodsIn, startOf } from './periods.js';

const MOST_POINTS = 1_500;
const DEFAULT_POINTS = 24;
/** The longest of each, to find a beginning: months are cut to their start. */
const STEP_MS: Readonly<Record<Granularity, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  month: 31 * 86_400_000,
};

/** Counts over time, as readers see them. */
@Injectable()
export class SeriesService {
  constructor(
    private readonly counters: EventCounters,
    private readonly cache: TieredCache,
    private readonly clock: Clock,
  ) {}

  /** @throws {BadRangeError} @throws {RangeNotKeptError} */
  async series({ dimension, value = 'all', step, from, to }: SeriesQuery): Promise<Series> {
    const range = this.rangeOf(step, { from, to });
    return this.cache.getOrSet(
      JSON.stringify(['series', dimension, value, step, range]),
      async () => this.read({ dimension, value }, step, range),
    );
  }

  private async read(counted: Counted, step: Granularity, range: TimeRange): Promise<Series> {
    const points = await this.counters.series(counted, step, range);
    return {
      ...counted,
      step,
      points: points.map(({ at, count }) => ({ at: at.toISOString(), count })),
      total: points.reduce((total, { count }) => total + count, 0),
    };
  }

  /** From the start of a step, so that each point is whole. */
  private rangeOf(step: Granularity, given: Partial<TimeRange>): TimeRange {
    const now = this.clock.now();
    const to = given.to ?? now;
    const back = (DEFAULT_POINTS - 1) * STEP_MS[step];
    const from = startOf(step, given.from ?? new Date(to.getTime() - back));
    const keptSince = startOf(step, new Date(now.getTime() - KEPT_MS[step]));
    if (from < keptSince) throw new RangeNotKeptError(`Counts by ${step}`, keptSince);
    const steps = (to.getTime() - from.getTime()) / STEP_MS[step];
    if (steps <= 0 || steps > MOST_POINTS || periodsIn(step, { from, to }).length > MOST_POINTS) {
      throw new BadRangeError({ most: MOST_POINTS, what: `steps of a ${step}` });
    }
    return { from, to };
  }
}
