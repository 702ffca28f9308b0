import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import { type Top, type TopQuery, top, topQuery } from './dto/top.dto.js';
import { TopService } from './top.service.js';

@ApiTags('events')
@Controller('v1/top')
export class TopController {
  constructor(private readonly service: TopService) {}

  @Get()
  @ApiOperation({
    summary: 'The most frequent pages, types, countries or devices of a day',
    description:
      'In bounded memory, also of pages that are not counted by name: no count is too low, and by ' +
      'how much it may be too high is told. Refused with `range_not_kept` (400).',
  })
  @Returns(top)
  async read(@Query({ schema: topQuery }) query: TopQuery): Promise<Top> {
    return this.service.top(query);
  }
}
