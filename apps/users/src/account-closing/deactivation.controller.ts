import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';

import { AccountViews } from '../accounts/account-views.js';
import { CurrentPassword } from '../accounts/current-password.js';
import { LimitsPassword } from '../limits/credential-limits.js';
import { ClosingAccounts } from './closing-accounts.js';
import { type Deactivation, deactivation } from './dto/deactivation.dto.js';

@ApiTags('accounts')
@Controller('v1/accounts/me/deactivation')
export class DeactivationController {
  constructor(
    private readonly closing: ClosingAccounts,
    private readonly currentPassword: CurrentPassword,
    private readonly views: AccountViews,
  ) {}

  @Post()
  @LimitsPassword()
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Close the own account until the next sign-in',
    description:
      'Nobody sees it, all sessions end, and nothing of it is deleted; signing in opens it again. ' +
      'Refused with `password_wrong` (403) or, for the only admin, `last_admin` (409).',
  })
  @ApiNoContentResponse({ description: 'The account is closed.' })
  async deactivate(
    @Caller() { accountId }: Caller,
    @Body({ schema: deactivation }) { currentPassword }: Deactivation,
  ): Promise<void> {
    await this.currentPassword.check(accountId, currentPassword);
    await this.closing.deactivate(accountId);
    await this.views.forget(accountId);
  }
}
