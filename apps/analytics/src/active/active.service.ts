import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';

import { UniqueVisitors } from '../visitors/unique-visitors.js';
import { ActiveVisitors } from './active-visitors.js';
import type { Active } from './dto/active.dto.js';

/** Who is there now, as readers see it. */
@Injectable()
export class ActiveService {
  constructor(
    private readonly visitors: ActiveVisitors,
    private readonly cache: TieredCache,
  ) {}

  /** On a page, or on any. */
  async active(page?: string): Promise<Active> {
    const question = JSON.stringify(['active', page ?? null]);
    return this.cache.getOrSet(question, async () => this.read(page));
  }

  private async read(page: string | undefined): Promise<Active> {
    const { people, isExact, minutes } = await this.visitors.now(page);
    return {
      page: page ?? null,
      people,
      standardError: isExact ? 0 : UniqueVisitors.standardError,
      minutes: minutes.map((minute) => ({ at: minute.at.toISOString(), people: minute.people })),
    };
  }
}
