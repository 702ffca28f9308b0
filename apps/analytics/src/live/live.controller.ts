import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { LiveFeed } from './live-feed.js';
import { LiveReader } from './live-reader.js';

const lastEventId = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/)
  .optional();

@ApiTags('events')
@Controller('v1/live')
export class LiveController {
  constructor(private readonly feed: LiveFeed) {}

  @Get()
  @ApiOperation({
    summary: 'What is being counted, as it happens',
    description:
      'Server-sent events. `change`, up to four times a second from each replica: how many `events`, ' +
      'by `types` and `pages`. `gap`: something may be lacking, look at the figures anew. Goes on ' +
      'after Last-Event-ID as long as that is kept: some minutes. Who reads too slowly is dropped, ' +
      'and may come back so. Refused with `too_many_readers` (503).',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, schema: { type: 'string' } })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async read(
    @Headers('last-event-id') given: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // What is no id of ours is of before the log: all that can be said is that something is lacking.
    const { data: lastId = given ? '0-0' : undefined } = lastEventId.safeParse(given);
    const reader = new LiveReader(reply.raw);
    reply.raw.once('close', () => this.feed.leave(reader));
    await this.feed.join(reader, lastId, () => open(reply));
  }
}

function open(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Asks proxies to pass on what comes as it comes.
    'x-accel-buffering': 'no',
  });
  reply.raw.write(': hello\n\n');
}
