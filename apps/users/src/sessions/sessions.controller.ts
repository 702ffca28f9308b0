import { Body, Controller, Header, Post, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import { RecordsSignIn } from '../activity/records-sign-in.interceptor.js';
import { LimitsSignIn } from '../limits/credential-limits.js';
import { type Session, type SignIn, session, signIn } from './dto/session.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @LimitsSignIn()
  @UseInterceptors(RecordsSignIn)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Refused with `credentials_invalid` (401), whichever of the two is wrong; with `unavailable` (503) when too many people sign in at the same time; ' +
      'with `rate_limited` (429) after too many attempts from one address or at one account.',
  })
  @Returns(session, { status: 201 })
  signIn(@Body({ schema: signIn }) credentials: SignIn): Promise<Session> {
    return this.sessions.signIn(credentials);
  }
}
