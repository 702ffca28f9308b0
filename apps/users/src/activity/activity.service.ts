import { Injectable } from '@nestjs/common';
import { Pager, type TwoWayPage } from '@trilith/pagination';

import type { PageQuery } from '../paging/page.js';
import type { ActivityEvent } from './activity-event.js';
import { ACTIVITY_NEWEST, ActivityRepository } from './activity.repository.js';

/** What accounts did, page after page. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly activity: ActivityRepository,
    private readonly pager: Pager,
  ) {}

  /** @throws InvalidCursorError for a cursor that this account's list did not give */
  of(accountId: string, page: PageQuery): Promise<TwoWayPage<ActivityEvent>> {
    return this.pager.read(page, {
      list: ACTIVITY_NEWEST,
      scope: [accountId],
      read: (slice) => this.activity.page(accountId, slice),
      positionOf: ({ position }) => position,
    });
  }
}
