import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { AccountStatsKeeper } from './account-stats.keeper.js';
import {
  type AccountStatsQuery,
  accountStatsQuery,
  type AccountStatsReport,
  accountStatsReport,
  type ActiveAccountsQuery,
  activeAccountsQuery,
  type ActiveAccountsReport,
  activeAccountsReport,
  type RefreshStarted,
  refreshStarted,
  type SignUpsQuery,
  signUpsQuery,
  type SignUpsReport,
  signUpsReport,
} from './dto/reports.dto.js';
import { ReportsService } from './reports.service.js';

@ApiTags('reports')
@Controller('v1/reports')
@Authenticated('admin')
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly accountStats: AccountStatsKeeper,
  ) {}

  @Get('sign-ups')
  @ApiOperation({
    summary: 'Sign-ups by month, with the running total',
    description: 'For admins.',
  })
  @Returns(signUpsReport)
  signUps(@Query({ schema: signUpsQuery }) query: SignUpsQuery): Promise<SignUpsReport> {
    return this.reports.signUps(query);
  }

  @Get('active-accounts')
  @ApiOperation({ summary: 'Active accounts by day, week or month', description: 'For admins.' })
  @Returns(activeAccountsReport)
  activeAccounts(
    @Query({ schema: activeAccountsQuery }) query: ActiveAccountsQuery,
  ): Promise<ActiveAccountsReport> {
    return this.reports.activeAccounts(query);
  }

  @Get('account-stats')
  @ApiOperation({
    summary: 'How active accounts are, as of the last refresh',
    description: 'For admins. Its age is in the answer.',
  })
  @Returns(accountStatsReport)
  stats(
    @Query({ schema: accountStatsQuery }) { limit }: AccountStatsQuery,
  ): Promise<AccountStatsReport> {
    return this.reports.accountStats(limit);
  }

  @Post('account-stats/refresh')
  @ApiOperation({
    summary: 'Refresh what account-stats shows',
    description: 'For admins. Refused with `refresh_running` (409).',
  })
  @Returns(refreshStarted, { status: 202 })
  async refresh(): Promise<RefreshStarted> {
    await this.accountStats.begin();
    return { status: 'started' };
  }
}
