import { Body, Controller, Get, Param, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { entityTag, IfMatch, Returns, type SeenVersions } from '@trilith/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { LimitsRenaming, LimitsSignUp } from '../limits/credential-limits.js';
import type { Account } from './account.entity.js';
import { AccountViews } from './account-views.js';
import { AccountsService } from './accounts.service.js';
import {
  type AccountChange,
  accountChange,
  type UsernameChange,
  usernameChange,
} from './dto/account-change.dto.js';
import {
  accountView,
  ownAccountView,
  type AccountView,
  type OwnAccountView,
  toOwnAccountView,
} from './dto/account.dto.js';
import { type SignUp, signUp } from './dto/sign-up.dto.js';
import { SignUpService } from './sign-up.service.js';

@ApiTags('accounts')
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly signUps: SignUpService,
    private readonly views: AccountViews,
  ) {}

  @Post()
  @LimitsSignUp()
  @ApiOperation({
    summary: 'Sign up',
    description:
      'Refused with `email_taken` or `username_taken` (409); with `rate_limited` (429) after too many ' +
      'attempts from one address or with one e-mail address.',
  })
  @Returns(ownAccountView, { status: 201 })
  async signUp(
    @Body({ schema: signUp }) person: SignUp,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnAccountView> {
    const account = await this.signUps.signUp(person);
    // Somebody may have asked for the id a moment too early.
    await this.views.forget(account.id);
    reply.header('location', `/v1/accounts/${account.id}`);
    return toOwnAccountView(account);
  }

  @Get('me')
  @Authenticated()
  @ApiOperation({ summary: 'The own account' })
  @Returns(ownAccountView)
  async me(
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnAccountView> {
    return shown(await this.accounts.get(caller.accountId), reply);
  }

  @Patch('me')
  @Authenticated()
  @ApiOperation({
    summary: 'Change the own account',
    description:
      'A field left out stays as it is. `version` rises if anything is different then. With `If-Match` ' +
      'refused with `precondition_failed` (412) when it was changed since.',
  })
  @Returns(ownAccountView)
  async change(
    @Caller() caller: Caller,
    @Body({ schema: accountChange }) change: AccountChange,
    @IfMatch({ optional: true }) seen: SeenVersions | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnAccountView> {
    const account = await this.accounts.change(caller.accountId, change, seen);
    // Committed: what is read from now on shows it.
    await this.views.forget(account.id);
    return shown(account, reply);
  }

  @Put('me/username')
  @LimitsRenaming()
  @Authenticated()
  @ApiOperation({
    summary: 'Change the own username',
    description:
      'Signing in takes the new one from then on; the one before is free for anybody. Refused with `username_taken` (409).',
  })
  @Returns(ownAccountView)
  async rename(
    @Caller() caller: Caller,
    @Body({ schema: usernameChange }) { username }: UsernameChange,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnAccountView> {
    const account = await this.accounts.rename(caller.accountId, username);
    await this.views.forget(account.id);
    return shown(account, reply);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'What an account shows to everybody',
    description: 'Refused with `account_not_found` (404).',
  })
  @Returns(accountView)
  async get(@Param('id', { schema: z.uuid().toLowerCase() }) id: string): Promise<AccountView> {
    return this.views.get(id);
  }
}

function shown(account: Account, reply: FastifyReply): OwnAccountView {
  reply.header('etag', entityTag(account.version));
  return toOwnAccountView(account);
}
