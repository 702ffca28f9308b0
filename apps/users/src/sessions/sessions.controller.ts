import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { RecordsSignIn } from '../activity/records-sign-in.interceptor.js';
import { LimitsSignIn } from '../limits/credential-limits.js';
import { AccountSessions } from './account-sessions.js';
import { type Client, FromClient } from './client.js';
import {
  type Refreshing,
  refreshing,
  type Session,
  session,
  type SessionList,
  sessionList,
  type SignIn,
  signIn,
  toSessionList,
} from './dto/session.dto.js';
import { SessionRefresher } from './session-refresher.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly refresher: SessionRefresher,
    private readonly own: AccountSessions,
  ) {}

  @Post()
  @LimitsSignIn()
  @UseInterceptors(RecordsSignIn)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Refused with `credentials_invalid` (401), whichever of the two is wrong, and while an account is locked after too many attempts; ' +
      'with `second_factor_required` (401) if a right password needs a `code` as well, and `second_factor_invalid` (401) if that is not good or was used; ' +
      'with `account_locked` (403) while an admin has locked it; with `unavailable` (503) when too many people sign in at the same time; ' +
      'with `rate_limited` (429) after too many attempts from one address or at one account.',
  })
  @Returns(session, { status: 201 })
  signIn(
    @Body({ schema: signIn }) credentials: SignIn,
    @FromClient() client: Client,
  ): Promise<Session> {
    return this.sessions.signIn(credentials, client);
  }

  @Post('refresh')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Get the next tokens of a session',
    description:
      'Refused with `refresh_token_invalid` (401) for a token of no session; with `refresh_token_reused` (401) for one that had been replaced, which ends its session; ' +
      'with `refresh_conflict` (409) while another request refreshes with the same token.',
  })
  @Returns(session)
  refresh(
    @Body({ schema: refreshing }) { refreshToken }: Refreshing,
    @FromClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    const arrivedAt = performance.now() - reply.elapsedTime;
    return this.refresher.refresh(refreshToken, client, arrivedAt);
  }

  @Get()
  @Authenticated()
  @ApiOperation({ summary: 'Where the own account is signed in, last seen first' })
  @Returns(sessionList)
  async list(@Caller() { accountId, sessionId }: Caller): Promise<SessionList> {
    return toSessionList(await this.own.list(accountId), sessionId);
  }

  @Delete('current')
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session of the access token, which itself is good to its end.',
  })
  @ApiNoContentResponse()
  async signOut(@Caller() { accountId, sessionId }: Caller): Promise<void> {
    if (sessionId !== undefined) await this.own.signOut(accountId, sessionId);
  }

  @Delete('others')
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out everywhere but here' })
  @ApiNoContentResponse()
  async signOutOthers(@Caller() { accountId, sessionId }: Caller): Promise<void> {
    await this.own.endSessions(accountId, { except: sessionId });
  }

  @Delete(':id')
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a session of the own account',
    description: 'Refused with `session_not_found` (404).',
  })
  @ApiNoContentResponse()
  async end(
    @Caller() { accountId }: Caller,
    @Param('id', { schema: z.uuid().toLowerCase() }) id: string,
  ): Promise<void> {
    await this.own.end(accountId, id);
  }
}
