import { Body, Controller, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Returns } from '@trilith/service';
import { z } from 'zod';

import { type Ingested, ingested, sentEvent } from './dto/event.dto.js';
import { EventLines } from './event-lines.js';
import { LimitsEvents } from './ingestion-limits.js';
import { IngestionService } from './ingestion.service.js';
import { WithWriteKey } from './write-key.guard.js';

@ApiTags('events')
@Controller('v1/events')
export class IngestionController {
  constructor(private readonly ingestion: IngestionService) {}

  @Post()
  @LimitsEvents()
  @WithWriteKey()
  @ApiOperation({
    summary: 'Count events',
    description:
      'One as JSON, or up to 1,000 as NDJSON: a JSON object a line. Each counts once by its `id`, ' +
      'however often it is sent; send again what got no answer. In a batch a bad event is refused ' +
      'alone; a single one with 400: `validation_failed`, `clock_off`, `in_the_future`, `too_old`. ' +
      'Refused with `unknown_write_key` (401), `too_many_events` (413), `overloaded` (503). ' +
      'NDJSON is also taken as text/plain, which browsers may send anywhere without asking first.',
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ schema: z.toJSONSchema(sentEvent, { target: 'openapi-3.0', io: 'input' }) as object })
  @Returns(ingested)
  async ingest(@Body() body: unknown): Promise<Ingested> {
    if (body instanceof EventLines) return this.ingestion.ingestLines(body);
    return this.ingestion.ingestOne(body);
  }
}
