// Pages that are limited by address, three times: believing no proxy, one hop, and a range.
import 'reflect-metadata';

import { Controller, type ExecutionContext, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RateLimit, RateLimitModule, slidingLog } from '@trilith/rate-limit';
import { createRedis, whenReady } from '@trilith/redis';

import { readSettings, serve } from '../../cache/programs/process.js';
import { OUR_PREFIX, type Trust, type WebPages, type WebSettings } from './settings.js';

const HOUR_MS = 3_600_000;
const TRUSTED: Record<Trust, number | string[]> = { none: 0, hops: 1, ranges: ['127.0.0.0/8'] };

const { redisUrl, limit } = readSettings() as WebSettings;
const redis = createRedis({ url: redisUrl, name: 'web', commandTimeoutMs: 30_000 });
await whenReady(redis, 30_000);

/** As many an application does it: the first address that the header names, and all of it. */
function firstForwarded(context: ExecutionContext): string {
  const request = context.switchToHttp().getRequest<{
    readonly headers: Readonly<Record<string, string | undefined>>;
  }>();
  return request.headers['x-forwarded-for']?.split(',')[0]?.trim() ?? 'nobody';
}

@Controller()
class PagesController {
  @RateLimit({ policy: 'by-address', key: 'address' })
  @Get('ours')
  ours(): string {
    return 'a page';
  }

  @RateLimit({ policy: 'by-first-forwarded', key: firstForwarded })
  @Get('naive')
  naive(): string {
    return 'a page';
  }
}

async function start(trust: Trust): Promise<string> {
  const limits = RateLimitModule.forRoot({
    redis,
    prefix: OUR_PREFIX,
    name: trust,
    deadlineMs: 30_000,
    policies: [
      slidingLog({ name: 'by-address', limit, windowMs: HOUR_MS }),
      slidingLog({ name: 'by-first-forwarded', limit, windowMs: HOUR_MS }),
    ],
    trustedProxies: TRUSTED[trust],
    onUntrustedHeader: () => undefined,
  });

  @Module({ imports: [limits], controllers: [PagesController] })
  class WebModule {}

  const app = await NestFactory.create<NestFastifyApplication>(WebModule, new FastifyAdapter(), {
    logger: ['error'],
  });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const pages: WebPages = {
  none: await start('none'),
  hops: await start('hops'),
  ranges: await start('ranges'),
};

serve({ pages: async () => pages });
