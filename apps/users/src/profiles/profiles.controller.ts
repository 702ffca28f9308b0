import { Body, Controller, Get, Header, Patch, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { entityTag, IfMatch, MergePatch, Returns, type SeenVersions } from '@trilith/service';
import type { FastifyReply } from 'fastify';

import type { Account } from '../accounts/account.entity.js';
import { AccountViews } from '../accounts/account-views.js';
import {
  type ProfilePatch,
  profilePatch,
  type ProfileView,
  profileView,
  toProfileView,
} from './dto/profile.dto.js';
import { ProfilesService } from './profiles.service.js';

@ApiTags('accounts')
@Controller('v1/accounts/me/profile')
@Authenticated()
export class ProfilesController {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly views: AccountViews,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'The own profile',
    description: 'Its `ETag` is what a change sends as `If-Match`.',
  })
  @Returns(profileView)
  async own(
    @Caller() { accountId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    return shown(await this.profiles.get(accountId), reply);
  }

  @Patch()
  @MergePatch()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Change the own profile by a merge patch',
    description:
      'Refused with `precondition_required` (428) without `If-Match`, and with `precondition_failed` ' +
      '(412) when the profile was changed since: no change is lost.',
  })
  @Returns(profileView)
  async change(
    @Caller() { accountId }: Caller,
    @Body({ schema: profilePatch }) patch: ProfilePatch,
    @IfMatch() seen: SeenVersions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProfileView> {
    const account = await this.profiles.change(accountId, patch, seen);
    // Committed: what is read from now on shows it.
    await this.views.forget(accountId);
    return shown(account, reply);
  }
}

function shown(account: Account, reply: FastifyReply): ProfileView {
  reply.header('etag', entityTag(account.version));
  return toProfileView(account);
}
