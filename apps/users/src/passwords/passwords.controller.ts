import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';

import { LimitsMailTo, LimitsPassword } from '../limits/credential-limits.js';
import {
  type PasswordChange,
  passwordChange,
  type PasswordReset,
  passwordReset,
  type PasswordResetRequest,
  passwordResetRequest,
} from './dto/passwords.dto.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordResetRequests } from './password-reset-requests.js';
import { PasswordResetService } from './password-reset.service.js';

@ApiTags('accounts')
@Controller('v1/accounts')
export class PasswordsController {
  constructor(
    private readonly changes: PasswordChangeService,
    private readonly requests: PasswordResetRequests,
    private readonly resets: PasswordResetService,
  ) {}

  @Put('me/password')
  @LimitsPassword()
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change the own password',
    description:
      'Ends all other sessions, and is told by mail. Refused with `password_wrong` (403), or `unavailable` (503) when too many people sign in at the same time.',
  })
  @ApiNoContentResponse({ description: 'The new password counts.' })
  async change(
    @Caller() caller: Caller,
    @Body({ schema: passwordChange }) change: PasswordChange,
  ): Promise<void> {
    await this.changes.change(caller, change);
  }

  @Post('password-resets')
  @LimitsMailTo()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a code to choose a new password with',
    description: 'Answered alike, whether anybody has the address or not.',
  })
  @ApiAcceptedResponse({ description: 'Whoever has an account with this address is sent a mail.' })
  async requestReset(
    @Body({ schema: passwordResetRequest }) { email }: PasswordResetRequest,
  ): Promise<void> {
    await this.requests.add(email);
  }

  @Post('password-resets/confirmation')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Choose a new password, by the code of the mail',
    description:
      'Ends all sessions, and confirms the e-mail address. Refused with `one_time_token_invalid` (400).',
  })
  @ApiNoContentResponse({ description: 'The new password counts.' })
  async reset(@Body({ schema: passwordReset }) reset: PasswordReset): Promise<void> {
    await this.resets.reset(reset);
  }
}
