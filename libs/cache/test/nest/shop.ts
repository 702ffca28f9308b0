import {
  type CanActivate,
  Controller,
  Delete,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  type INestApplication,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RedisForTest } from '@trilith/testing';

import { CacheModule, CacheRoute, InvalidatesTags, TieredCache } from '../../src/index.js';

/** Takes `Authorization: <name>` at its word. */
@Injectable()
class NameGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{
      headers: Record<string, string | undefined>;
      user?: { id: string };
    }>();
    const { authorization } = request.headers;
    if (authorization !== undefined) request.user = { id: authorization };
    return authorization !== 'nobody';
  }
}

type Request = { params: { id: string }; user?: { id: string } };
type Response = {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
};

class Account {
  constructor(
    readonly name: string,
    readonly password: string,
  ) {}
}

/** Each answer is another: `runs` counts what was not cached. */
let runs = 0;
const removed = new Set<string>();
const next = () => ({ run: (runs += 1) });

@Controller()
@UseGuards(NameGuard)
class ShopController {
  @Get('plain')
  @CacheRoute({ ttlMs: 60_000 })
  plain(@Query() query: Record<string, string>): object {
    return { ...next(), query };
  }

  @Get('mine')
  @CacheRoute({ ttlMs: 60_000, vary: ['user', 'accept-language'] })
  mine(): object {
    return next();
  }

  @Get('everyone')
  @CacheRoute({ ttlMs: 60_000, public: true, query: ['page'], maxAgeMs: 30_000 })
  everyone(): object {
    return next();
  }

  @Get('kept-header')
  @CacheRoute({ keepHeaders: ['link'] })
  keptHeader(@Res({ passthrough: true }) response: Response): object {
    response.header('link', `</${runs + 1}>`);
    response.header('x-lost', 'here');
    return next();
  }

  @Get('file')
  @CacheRoute()
  file(): StreamableFile {
    return new StreamableFile(Buffer.from(`run ${next().run}`));
  }

  @Get('cookie')
  @CacheRoute()
  @Header('set-cookie', 'a=b')
  cookie(): object {
    return next();
  }

  @Get('accepted')
  @CacheRoute()
  @HttpCode(202)
  accepted(): object {
    return next();
  }

  @Get('secret')
  @CacheRoute()
  secret(): object {
    next();
    return [new Account(`run ${runs}`, 'hunter2')];
  }

  @Get('slow')
  @CacheRoute()
  async slow(): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return next();
  }

  @Get('posts/:id')
  @CacheRoute<Request>({ graceMs: 60_000, tags: ({ params }) => [`post:${params.id}`] })
  post(@Param('id') id: string): object {
    if (removed.has(id)) throw new NotFoundException(`No post ${id}`);
    return next();
  }

  @Post('posts/:id')
  @InvalidatesTags((_: object, id: string) => [`post:${id}`])
  async edit(@Param('id') id: string): Promise<object> {
    if (id === 'broken') throw new NotFoundException();
    return { id };
  }

  @Post('posts/:id/refresh')
  @InvalidatesTags((_: object, id: string) => [`post:${id}`], { soft: true })
  async refresh(@Param('id') id: string): Promise<object> {
    return { id };
  }

  @Delete('posts/:id')
  @InvalidatesTags((_: void, id: string) => [`post:${id}`], { soft: true })
  async remove(@Param('id') id: string): Promise<void> {
    removed.add(id);
  }

  @Post('plain')
  @CacheRoute()
  create(): object {
    return next();
  }
}

export const adapters = { Fastify: FastifyAdapter, Express: ExpressAdapter } as const;

/** A small application with cached routes, on a port of its own. */
export class Shop {
  private constructor(
    private readonly app: INestApplication,
    private readonly url: string,
  ) {}

  static async start(
    redis: RedisForTest,
    {
      adapter = 'Fastify',
      modules = [],
    }: { adapter?: keyof typeof adapters; modules?: Type[] } = {},
  ): Promise<Shop> {
    const { url, prefix } = redis;
    @Module({
      imports: [
        CacheModule.forRoot({
          name: 'shop',
          redis: { url, prefix, commandTimeoutMs: 10_000, startTimeoutMs: 30_000 },
        }),
        ...modules,
      ],
      controllers: [ShopController],
    })
    class ShopModule {}
    const app = await NestFactory.create<NestFastifyApplication>(
      ShopModule,
      new adapters[adapter]() as never,
      { logger: false },
    );
    app.enableShutdownHooks();
    await app.listen(0, '127.0.0.1');
    await app.get(TieredCache).whenSynced();
    return new Shop(app, await app.getUrl());
  }

  get cache(): TieredCache {
    return this.app.get(TieredCache);
  }

  async get(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const response = await fetch(`${this.url}${path}`, { method, headers });
    const text = await response.text();
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const body: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    return { status: response.status, body, header, cache: header('x-cache') };
  }

  async post(path: string, method = 'POST') {
    return this.get(path, {}, method);
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
