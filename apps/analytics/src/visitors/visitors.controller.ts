import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import { type Visitors, type VisitorsQuery, visitors, visitorsQuery } from './dto/visitors.dto.js';
import { VisitorsService } from './visitors.service.js';

@ApiTags('visitors')
@Controller('v1/visitors')
export class VisitorsController {
  constructor(private readonly service: VisitorsService) {}

  @Get()
  @ApiOperation({
    summary: 'Distinct visitors of any days and pages',
    description:
      'By union, never by adding: who comes on two days or to two pages is one. A day of a page is ' +
      'exact up to 256 people, and so is what is made of such days as long as it has no more; ' +
      'beyond, it is an estimate. Days are kept for 400. Refused with `range_not_kept` and ' +
      '`bad_range` (400).',
  })
  @Returns(visitors)
  async read(@Query({ schema: visitorsQuery }) query: VisitorsQuery): Promise<Visitors> {
    return this.service.visitors(query);
  }
}
