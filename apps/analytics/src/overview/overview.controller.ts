import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import {
  type Overview,
  type OverviewQuery,
  overviewQuery,
  overviewSchema,
} from './dto/overview.dto.js';
import { OverviewService } from './overview.service.js';

@ApiTags('overview')
@Controller('v1/overview')
export class OverviewController {
  constructor(private readonly service: OverviewService) {}

  @Get()
  @ApiOperation({ summary: 'Totals of the platform, and the unique visitors of today' })
  @Returns(overviewSchema)
  overview(@Query({ schema: overviewQuery }) _nothing: OverviewQuery): Promise<Overview> {
    return this.service.overview();
  }
}
