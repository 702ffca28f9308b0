// A service with cached routes: each answers whom it is for, in which language, and when.
import 'reflect-metadata';
import { CacheInterceptor, CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Headers,
  Injectable,
  Module,
  Param,
  Query,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CacheModule, CacheRoute, TieredCache } from '@trilith/cache';

import { readSettings, serve } from './process.js';

interface Request {
  user?: { id: string };
  headers: Record<string, string | undefined>;
}

/** Takes a bearer token, a cookie or an API key at its word: it is the user's name. */
@Injectable()
class NameGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization, cookie, 'x-api-key': apiKey } = request.headers;
    const name = authorization?.split(' ')[1] ?? cookie?.split('=')[1] ?? apiKey;
    if (name !== undefined) request.user = { id: name };
    return true;
  }
}

interface Asked {
  readonly request: Request;
  readonly language?: string;
  readonly query?: Record<string, string>;
  readonly item?: string;
}

const answerTo = ({ request, language = '', query = {}, item = '' }: Asked) => ({
  for: request.user?.id ?? 'nobody',
  language,
  page: query['page'] ?? '',
  item,
});

/** Short, so that each is filled again and again while others ask. */
const BRIEFLY = { ttlMs: 300, graceMs: 300 };

@Controller('ours')
@UseGuards(NameGuard)
class CachedController {
  @Get('plain')
  @CacheRoute(BRIEFLY)
  plain(@Req() request: Request, @Query() query: Record<string, string>) {
    return answerTo({ request, query });
  }

  @Get('user')
  @CacheRoute({ ...BRIEFLY, vary: 'user' })
  user(@Req() request: Request, @Query() query: Record<string, string>) {
    return answerTo({ request, query });
  }

  @Get('user-and-language')
  @CacheRoute({ ...BRIEFLY, vary: ['user', 'accept-language'] })
  userAndLanguage(@Req() request: Request, @Headers('accept-language') language: string) {
    return answerTo({ request, language });
  }

  @Get('language')
  @CacheRoute({ ...BRIEFLY, vary: 'Accept-Language' })
  language(@Req() request: Request, @Headers('accept-language') language: string) {
    return answerTo({ request, language });
  }

  @Get('query')
  @CacheRoute({ ...BRIEFLY, vary: 'user', query: ['page'] })
  query(@Req() request: Request, @Query() query: Record<string, string>) {
    return answerTo({ request, query });
  }

  @Get('own-key/:item')
  @CacheRoute({ ...BRIEFLY, vary: 'user', key: () => 'one key for all items', query: [] })
  ownKey(@Req() request: Request) {
    return answerTo({ request });
  }

  @Get('items/:item')
  @CacheRoute<Request>({ ...BRIEFLY, vary: 'user', tags: ({ user }) => [`of:${user?.id ?? ''}`] })
  tagged(@Req() request: Request, @Param('item') item: string) {
    return answerTo({ request, item });
  }

  /** `public` is weaker than `user`. */
  @Get('public-by-user')
  @CacheRoute({ ...BRIEFLY, public: true, vary: 'user' })
  publicByUser(@Req() request: Request) {
    return answerTo({ request });
  }

  @Get('public')
  @CacheRoute({ ...BRIEFLY, public: true, vary: 'accept-language' })
  everyone(@Headers('accept-language') language: string) {
    return answerTo({ request: { headers: {} }, language });
  }
}

/** The control. */
@Controller('nest')
@UseGuards(NameGuard)
@UseInterceptors(CacheInterceptor)
class NestCachedController {
  @Get('plain')
  plain(@Req() request: Request, @Query() query: Record<string, string>) {
    return answerTo({ request, query });
  }
}

const { redisUrl } = readSettings() as { redisUrl: string };

@Module({
  imports: [
    CacheModule.forRoot({ name: 'shop', redis: { url: redisUrl, prefix: 'chaos' } }),
    NestCacheModule.register({ isGlobal: true, ttl: 300 }),
  ],
  controllers: [CachedController, NestCachedController],
})
class ShopModule {}

const app = await NestFactory.create<NestFastifyApplication>(ShopModule, new FastifyAdapter(), {
  logger: ['error', 'warn'],
});
await app.listen(0, '127.0.0.1');
await app.get(TieredCache).whenSynced();
serve({ url: async () => app.getUrl() });
