import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { AccountViews } from '../accounts/account-views.js';
import { CurrentPassword } from '../accounts/current-password.js';
import { LimitsPassword } from '../limits/credential-limits.js';
import {
  type ErasureRequest,
  erasureRequest,
  erasureView,
  type ErasureView,
  toErasureView,
} from './dto/erasure.dto.js';
import { ErasuresService } from './erasures.service.js';

@ApiTags('accounts')
@Controller('v1/accounts')
export class ErasuresController {
  constructor(
    private readonly erasures: ErasuresService,
    private readonly currentPassword: CurrentPassword,
    private readonly views: AccountViews,
  ) {}

  @Post('me/erasure')
  @LimitsPassword()
  @Authenticated()
  @ApiOperation({
    summary: 'Delete the own account, with all that the person wrote and did',
    description:
      'It cannot be undone. All sessions end at once; the rest is erased in the background, in every service: `location` tells how far that is. ' +
      'Refused with `password_wrong` (403) or, for the only admin, `last_admin` (409).',
  })
  @Returns(erasureView, { status: 202 })
  async begin(
    @Caller() { accountId }: Caller,
    @Body({ schema: erasureRequest }) { currentPassword }: ErasureRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ErasureView> {
    await this.currentPassword.check(accountId, currentPassword);
    const erasure = await this.erasures.begin(accountId, this.currentPassword.unusableHash);
    await this.views.forget(accountId);
    reply.header('location', `/v1/accounts/erasures/${erasure.id}`);
    return toErasureView(erasure);
  }

  @Get('erasures/:id')
  @ApiOperation({
    summary: 'How far the erasure of an account is',
    description:
      'For whoever has its id, which nobody can guess: the account signs in no more. Refused with `erasure_not_found` (404).',
  })
  @Returns(erasureView)
  async progress(
    @Param('id', { schema: z.uuid().toLowerCase() }) id: string,
  ): Promise<ErasureView> {
    return toErasureView(await this.erasures.find(id));
  }
}
