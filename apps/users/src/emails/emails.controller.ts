import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';

import { CurrentPassword } from '../accounts/current-password.js';
import { LimitsMail, LimitsPassword } from '../limits/credential-limits.js';
import {
  type EmailChange,
  emailChange,
  type EmailConfirmation,
  emailConfirmation,
} from './dto/emails.dto.js';
import { EmailsService } from './emails.service.js';

@ApiTags('accounts')
@Controller('v1/accounts')
export class EmailsController {
  constructor(
    private readonly emails: EmailsService,
    private readonly currentPassword: CurrentPassword,
  ) {}

  @Post('me/email/verification')
  @LimitsMail()
  @Authenticated()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Have the mail that confirms the own e-mail address sent again',
    description: 'Refused with `email_verified` (409).',
  })
  @ApiAcceptedResponse({ description: 'A mail is on its way; its code replaces those before.' })
  async requestVerification(@Caller() { accountId }: Caller): Promise<void> {
    await this.emails.requestVerification(accountId);
  }

  @Put('me/email')
  @LimitsPassword()
  @LimitsMail()
  @Authenticated()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for another e-mail address',
    description:
      'It counts when the code that is sent to it was given to `POST /v1/accounts/email-confirmations`; the present one is told. ' +
      'Refused with `password_wrong` (403) or `email_unchanged` (409).',
  })
  @ApiAcceptedResponse({ description: 'Both addresses are sent a mail.' })
  async requestChange(
    @Caller() { accountId }: Caller,
    @Body({ schema: emailChange }) { email, currentPassword }: EmailChange,
  ): Promise<void> {
    await this.currentPassword.check(accountId, currentPassword);
    await this.emails.requestChange(accountId, email);
  }

  @Post('email-confirmations')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm an e-mail address by the code that was sent to it',
    description:
      'Refused with `one_time_token_invalid` (400), or `email_taken` (409) for a new address that is somebody else’s by now.',
  })
  @ApiNoContentResponse({ description: 'The address is confirmed.' })
  async confirm(@Body({ schema: emailConfirmation }) { token }: EmailConfirmation): Promise<void> {
    await this.emails.confirm(token);
  }
}
