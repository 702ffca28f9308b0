import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import { type Series, type SeriesQuery, series, seriesQuery } from './dto/series.dto.js';
import { SeriesService } from './series.service.js';

@ApiTags('events')
@Controller('v1/series')
export class SeriesController {
  constructor(private readonly service: SeriesService) {}

  @Get()
  @ApiOperation({
    summary: 'How often events happened over time',
    description:
      'By minute for 2 days, by hour for 40, by day for 400, by month for 5 years. Exact. A page ' +
      'beyond those that are counted by name in a month is part of `other`. Refused with ' +
      '`range_not_kept` and `bad_range` (400).',
  })
  @Returns(series)
  async read(@Query({ schema: seriesQuery }) query: SeriesQuery): Promise<Series> {
    return this.service.series(query);
  }
}
