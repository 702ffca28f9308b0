import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { DirectoryService } from './directory.service.js';
import {
  type AccountPage,
  accountPage,
  type AccountsQuery,
  accountsQuery,
  type ByProfileQuery,
  byProfileQuery,
} from './dto/directory.dto.js';

@ApiTags('accounts')
@Controller('v1/accounts')
export class DirectoryController {
  constructor(private readonly directory: DirectoryService) {}

  @Get()
  @Authenticated()
  @ApiOperation({
    summary: 'All accounts, page by page',
    description:
      'What each shows to everybody. Refused with `cursor_invalid` (400), and with `order_for_admins` (403).',
  })
  @Returns(accountPage)
  accounts(
    @Query({ schema: accountsQuery }) query: AccountsQuery,
    @Caller() caller: Caller,
  ): Promise<AccountPage> {
    return this.directory.accounts(query, caller);
  }

  @Get('by-profile')
  @Authenticated('admin')
  @ApiOperation({
    summary: 'Accounts by what their preferences and metadata hold, newest first',
    description: 'For admins. Refused with `cursor_invalid` (400).',
  })
  @Returns(accountPage)
  byProfile(@Query({ schema: byProfileQuery }) query: ByProfileQuery): Promise<AccountPage> {
    return this.directory.byProfile(query);
  }
}
