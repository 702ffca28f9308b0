import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import { DAY_MS, dayNumber } from '../counters/periods.js';
import { RangeNotKeptError } from '../queries/queries.errors.js';
import { Clock } from '../store/clock.js';
import type { Top, TopQuery } from './dto/top.dto.js';
import { TopItems } from './top-items.js';

const KEPT_DAYS = 40;

/** The most frequent of a day, as readers see them. */
@Injectable()
export class TopService {
  constructor(
    private readonly items: TopItems,
    private readonly cache: TieredCache,
    private readonly clock: Clock,
  ) {}

  /** @throws {RangeNotKeptError} */
  async top({ dimension, day: asked, limit }: TopQuery): Promise<Top> {
    const today = dayNumber(this.clock.now());
    const day = asked === undefined ? today : dayNumber(new Date(asked));
    if (day < today - KEPT_DAYS) {
      throw new RangeNotKeptError('The most frequent', new Date((today - KEPT_DAYS) * DAY_MS));
    }
    return this.cache.getOrSet(JSON.stringify(['top', dimension, day, limit]), async () => {
      const found = await this.items.top(dimension, day, limit);
      return {
        dimension,
        day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        items: found.map(({ item: value, count, error }) => ({ value, count, error })),
      };
    });
  }
}
