import {
  Body,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  type INestApplication,
  Module,
  Post,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

import {
  RateLimit,
  RateLimitModule,
  type RateLimitModuleOptions,
  SkipRateLimit,
  concurrency,
  gcra,
  slidingLog,
  slidingWindow,
} from '../src/index.js';
import type { TestRedis } from './redis.js';

const HOUR = 3_600_000;

export const policies = [
  slidingLog({ name: 'strict', limit: 2, windowMs: HOUR }),
  slidingWindow({ name: 'wide', limit: 1_000, windowMs: 24 * HOUR }),
  gcra({ name: 'steady', limit: 3, windowMs: 24 * HOUR }),
  slidingLog({ name: 'guarded', limit: 1, windowMs: HOUR, onUnavailable: 'refuse' }),
  slidingLog({ name: 'tried-out', limit: 1, windowMs: HOUR, shadow: true }),
  concurrency({ name: 'in-flight', limit: 1, leaseMs: 30_000 }),
];

interface Headed {
  readonly headers: Readonly<Record<string, string | undefined>>;
}
const headerOf = (context: ExecutionContext, name: string) =>
  context.switchToHttp().getRequest<Headed>().headers[name];

/** Requests to /slow wait here until the test lets them go. */
export const slow = { waiting: [] as (() => void)[] };

@Controller()
class OpenController {
  @Get('free')
  free() {
    return 'free';
  }

  @RateLimit('strict')
  @Get('strict')
  strict() {
    return 'strict';
  }

  @RateLimit('wide')
  @RateLimit({ policy: 'steady', cost: 2 })
  @Get('both')
  both() {
    return 'both';
  }

  @RateLimit({
    policy: 'strict',
    key: (context) => context.switchToHttp().getRequest<{ body: { email: string } }>().body.email,
  })
  @Post('sign-in')
  signIn(@Body() { email }: { email: string }) {
    return email;
  }

  @RateLimit({ policy: 'strict', key: 'user' })
  @Get('mine')
  mine() {
    return 'mine';
  }

  @RateLimit({ policy: 'strict', key: 'apiKey' })
  @Get('keyed')
  keyed() {
    return 'keyed';
  }

  @RateLimit({
    policy: 'strict',
    key: 'user',
    limit: (context) => (headerOf(context, 'x-plan') === 'large' ? 5 : undefined),
  })
  @Get('plan')
  plan() {
    return 'plan';
  }

  @RateLimit('guarded')
  @Get('guarded')
  guarded() {
    return 'guarded';
  }

  @RateLimit('tried-out')
  @Get('shadow')
  shadow() {
    return 'shadow';
  }

  @RateLimit('in-flight')
  @Get('slow')
  async slow() {
    await new Promise<void>((resolve) => slow.waiting.push(resolve));
    return 'slow';
  }
}

@RateLimit('strict')
@Controller('limited')
class LimitedController {
  @Get('one')
  one() {
    return 'one';
  }

  @RateLimit('wide')
  @Get('two')
  two() {
    return 'two';
  }

  @SkipRateLimit()
  @Get('skipped')
  skipped() {
    return 'skipped';
  }

  @SkipRateLimit('strict')
  @RateLimit('steady')
  @Get('swapped')
  swapped() {
    return 'swapped';
  }
}

@Module({})
class AppModule {
  static around(limits: DynamicModule): DynamicModule {
    return {
      module: AppModule,
      imports: [limits],
      controllers: [OpenController, LimitedController],
    };
  }
}

export type Platform = 'fastify' | 'express';

export interface RunningApp {
  readonly app: INestApplication;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
  /** The status of each of so many GETs, one after another. */
  statuses(path: string, count: number, headers?: Record<string, string>): Promise<number[]>;
}

/** A real application on a real port; limits of its own in Redis. */
export async function startApp(
  test: TestRedis,
  platform: Platform,
  options: Partial<RateLimitModuleOptions> = {},
): Promise<RunningApp> {
  const limits = RateLimitModule.forRoot({
    redis: test.redis,
    prefix: `${test.prefix}:${Math.random()}`,
    deadlineMs: 30_000,
    policies,
    user: (context) => headerOf(context, 'x-user'),
    ...options,
  });
  const adapter =
    platform === 'fastify'
      ? new FastifyAdapter({ forceCloseConnections: true })
      : new ExpressAdapter();
  const app = await NestFactory.create(AppModule.around(limits), adapter, {
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const base = await app.getUrl();
  const get = async (path: string, headers: Record<string, string> = {}) =>
    fetch(base + path, { headers });
  return {
    app,
    get,
    post: async (path, body, headers = {}) =>
      fetch(base + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    statuses: async (path, count, headers) => {
      const statuses = [];
      for (let n = 0; n < count; n += 1) {
        const response = await get(path, headers);
        await response.arrayBuffer();
        statuses.push(response.status);
      }
      return statuses;
    },
  };
}
