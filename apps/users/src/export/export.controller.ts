import { Readable } from 'node:stream';

import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';

import { LimitsExport } from '../limits/credential-limits.js';
import { AccountExport } from './account-export.js';

@ApiTags('accounts')
@Controller('v1/accounts/me/export')
export class ExportController {
  constructor(private readonly accountExport: AccountExport) {}

  @Get()
  @LimitsExport()
  @Authenticated()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'All that is known of the own account, as one JSON document',
    description:
      'Account, profile, sessions, activity, and posts, comments and likes. `content.isComplete` is false when the content service could not be asked.',
  })
  @ApiOkResponse({ content: { 'application/json': { schema: { type: 'object' } } } })
  async own(@Caller() { accountId }: Caller): Promise<StreamableFile> {
    const pieces = await this.accountExport.of(accountId);
    return new StreamableFile(Readable.from(pieces, { objectMode: false }), {
      type: 'application/json; charset=utf-8',
      disposition: `attachment; filename="account-${accountId}.json"`,
    });
  }
}
