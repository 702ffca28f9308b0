import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { type PageQuery, pageQuery } from '../paging/page.js';
import { ActivityService } from './activity.service.js';
import { type ActivityPage, activityPage, toActivityView } from './dto/activity.dto.js';

@ApiTags('accounts')
@Controller('v1/accounts/me/activity')
export class ActivityController {
  constructor(private readonly activity: ActivityService) {}

  @Get()
  @Authenticated()
  @ApiOperation({
    summary: 'What the own account did, newest first',
    description: 'Refused with `cursor_invalid` (400) for a cursor that this list did not give.',
  })
  @Returns(activityPage)
  async own(
    @Caller() { accountId }: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<ActivityPage> {
    const { items, ...cursors } = await this.activity.of(accountId, query);
    return { items: items.map(toActivityView), ...cursors };
  }
}
