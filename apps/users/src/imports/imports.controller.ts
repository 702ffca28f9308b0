import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  type MessageEvent,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  Sse,
  UseGuards,
} from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns, StreamedBody } from '@trilith/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { z } from 'zod';

import {
  type ImportDraftBody,
  importDraft,
  type ImportList,
  importList,
  type ImportsQuery,
  importsQuery,
  type ImportView,
  importView,
  type RefusalsPage,
  refusalsPage,
  type RefusalsQuery,
  refusalsQuery,
  toImportView,
  toRefusalsPage,
} from './dto/imports.dto.js';
import { ImportExists } from './import-exists.guard.js';
import { ImportProgress } from './import-progress.js';
import { FormatMismatchError, OffsetInvalidError } from './imports.errors.js';
import { ImportsService } from './imports.service.js';

const MEDIA_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;
const importId = z.uuid().toLowerCase();

@ApiTags('imports')
@Controller('v1/imports')
@Authenticated('admin')
export class ImportsController {
  constructor(
    private readonly imports: ImportsService,
    private readonly progress: ImportProgress,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Begin an import of accounts', description: 'For admins.' })
  @Returns(importView, { status: 201 })
  async begin(
    @Caller() { accountId }: Caller,
    @Body({ schema: importDraft }) draft: ImportDraftBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportView> {
    const begun = await this.imports.begin(accountId, draft);
    reply.header('location', `/v1/imports/${begun.id}`);
    return toImportView(begun);
  }

  @Get()
  @ApiOperation({ summary: 'Imports, newest first', description: 'For admins.' })
  @Returns(importList)
  async list(@Query({ schema: importsQuery }) { limit }: ImportsQuery): Promise<ImportList> {
    return { items: (await this.imports.newest(limit)).map(toImportView) };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'How far an import is',
    description: 'For admins. Refused with `import_not_found` (404).',
  })
  @Returns(importView)
  async get(@Param('id', { schema: importId }) id: string): Promise<ImportView> {
    return toImportView(await this.imports.get(id));
  }

  @Patch(':id')
  @StreamedBody(MEDIA_TYPES.ndjson, MEDIA_TYPES.csv)
  @ApiHeader({
    name: 'Upload-Offset',
    required: true,
    description: 'Where the body begins, in bytes.',
  })
  @ApiHeader({ name: 'Upload-Complete', description: '`?1` when the file ends with this body.' })
  @ApiOperation({
    summary: 'Send rows',
    description:
      'For admins. Rows are stored as they arrive; after a break go on at the `offset` of the import. ' +
      'A body must arrive within 30 seconds: send a large file in parts. Refused with `offset_mismatch` ' +
      'or `import_closed` (409), `columns_invalid`, `format_mismatch` or `offset_invalid` (400).',
  })
  @Returns(importView)
  async receive(
    @Param('id', { schema: importId }) id: string,
    @Headers('upload-offset') offset: string | undefined,
    @Headers('upload-complete') complete: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<ImportView> {
    const mediaType = MEDIA_TYPES[(await this.imports.get(id)).format];
    const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (given !== mediaType) throw new FormatMismatchError(mediaType);
    const upload = {
      body: request.body as Readable,
      offset: offsetOf(offset),
      isLast: complete === '?1',
    };
    return toImportView(await this.imports.receive(id, upload));
  }

  @Get(':id/progress')
  @Sse()
  @UseGuards(ImportExists)
  @ApiProduces('text/event-stream')
  @ApiOperation({
    summary: 'How far an import is, as server-sent events',
    description:
      'For admins. An event `progress` for each change, until the import has ended. ' +
      'Refused with `import_not_found` (404).',
  })
  watch(@Param('id', { schema: importId }) id: string): Observable<MessageEvent> {
    return this.progress.watch(id);
  }

  @Get(':id/refusals')
  @ApiOperation({
    summary: 'Rows that did not become accounts, and why',
    description: 'For admins. Refused with `import_not_found` (404).',
  })
  @Returns(refusalsPage)
  async refusals(
    @Param('id', { schema: importId }) id: string,
    @Query({ schema: refusalsQuery }) { limit, after }: RefusalsQuery,
  ): Promise<RefusalsPage> {
    return toRefusalsPage(await this.imports.refused(id, { after, limit: limit + 1 }), limit);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Cancel an import that has not arrived as a whole',
    description: 'For admins. What was staged is dropped. Refused with `import_closed` (409).',
  })
  @Returns(importView)
  async cancel(@Param('id', { schema: importId }) id: string): Promise<ImportView> {
    return toImportView(await this.imports.cancel(id));
  }
}

/** @throws OffsetInvalidError */
function offsetOf(header: string | undefined): number {
  if (header === undefined || !/^\d{1,15}$/.test(header)) throw new OffsetInvalidError();
  return Number(header);
}
