import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';

import { ActiveService } from './active.service.js';
import { type Active, type ActiveQuery, active, activeQuery } from './dto/active.dto.js';

@ApiTags('visitors')
@Controller('v1/active')
export class ActiveController {
  constructor(private readonly service: ActiveService) {}

  @Get()
  @ApiOperation({
    summary: 'Who is there now',
    description: 'By union of the last 5 minutes: who was active in several of them is one.',
  })
  @Returns(active)
  async read(@Query({ schema: activeQuery }) { page }: ActiveQuery): Promise<Active> {
    return this.service.active(page);
  }
}
