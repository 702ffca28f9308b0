import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { type SearchPage, searchPage, type SearchQuery, searchQuery } from './dto/search.dto.js';
import { SearchService } from './search.service.js';

@ApiTags('accounts')
@Controller('v1/accounts/search')
export class SearchController {
  constructor(private readonly accounts: SearchService) {}

  @Get()
  @Authenticated()
  @ApiOperation({
    summary: 'Find accounts by words, the best first',
    description: 'What each shows to everybody. Refused with `cursor_invalid` (400).',
  })
  @Returns(searchPage)
  search(@Query({ schema: searchQuery }) query: SearchQuery): Promise<SearchPage> {
    return this.accounts.search(query);
  }
}
