import { Injectable } from '@nestjs/common';
import { CursorCodec, InvalidCursorError, pageOf, type Page } from '@trilith/pagination';
import { z } from 'zod';

import type { ActivityEvent } from './activity-event.js';
import { type ActivityPosition, ActivityRepository } from './activity.repository.js';
import type { ActivityQuery } from './dto/activity.dto.js';

const storedPosition = z.tuple([z.int(), z.uuid()]);

/** What accounts did, page after page. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly activity: ActivityRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws InvalidCursorError for a cursor that this account's list did not give */
  async of(accountId: string, { limit, cursor }: ActivityQuery): Promise<Page<ActivityEvent>> {
    const list = `activity:${accountId}:newest`;
    const after = cursor === undefined ? undefined : this.decode(list, cursor);
    // One more than asked for tells whether there is a next page.
    const rows = await this.activity.page(accountId, { limit: limit + 1, ...(after && { after }) });
    return pageOf({
      rows,
      limit,
      list,
      cursors: this.cursors,
      positionOf: ({ occurredAt, id }) => [occurredAt.getTime(), id],
    });
  }

  private decode(list: string, cursor: string): ActivityPosition {
    const position = storedPosition.safeParse(this.cursors.decode(list, cursor));
    if (!position.success) throw new InvalidCursorError();
    const [time, id] = position.data;
    return { occurredAt: new Date(time), id };
  }
}
