import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CACHE_MANAGER,
  CacheKey,
  CacheModule as NestCacheModule,
  CacheTTL,
} from '@nestjs/cache-manager';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RedisForTest, redisForTest } from '@trilith/testing';
import { type Cache, createCache } from 'cache-manager';
import { Keyv } from 'keyv';

import {
  CacheInterceptor,
  CacheManagerModule,
  TieredKeyvStore,
} from '../../src/cache-manager/index.js';
import { CacheModule, TieredCache } from '../../src/index.js';

let place: RedisForTest;
const redisOf = ({ url, prefix }: RedisForTest) => {
  return { url, prefix, commandTimeoutMs: 10_000, startTimeoutMs: 30_000 };
};

beforeEach(async () => {
  place = await redisForTest();
});

/** As applications write it that use `@nestjs/cache-manager`. */
class Application {
  constructor(@Inject(CACHE_MANAGER) readonly cache: Cache) {}
}

describe('CACHE_MANAGER from CacheManagerModule', () => {
  let close: () => Promise<void>;
  let cache: Cache;

  beforeEach(async () => {
    @Module({
      imports: [CacheManagerModule.register({ name: 'app', redis: redisOf(place), ttl: 30_000 })],
      providers: [Application],
    })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false });
    ({ cache } = app.get(Application));
    close = async () => app.close();
  });

  afterEach(async () => {
    await close();
  });

  it('sets, gets and deletes', async () => {
    expect(await cache.get('key')).toBeUndefined();
    expect(await cache.set('key', { n: 1 })).toEqual({ n: 1 });
    expect(await cache.get('key')).toEqual({ n: 1 });
    expect(await cache.del('key')).toBe(true);
    expect(await cache.get('key')).toBeUndefined();
  });

  it('does so for many at a time', async () => {
    await cache.mset([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, ttl: 1_000 },
    ]);
    expect(await cache.mget(['a', 'c', 'b'])).toEqual([1, undefined, 2]);
    await cache.mdel(['a', 'b']);
    expect(await cache.mget(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('tells when a value ends: as it was given, or by the default', async () => {
    const before = Date.now();
    await cache.set('given', 1, 5_000);
    await cache.set('default', 1);
    const given = await cache.ttl('given');
    const byDefault = await cache.ttl('default');
    const took = Date.now() - before;
    expect(Number(given) - before).toBeGreaterThan(4_990);
    expect(Number(given) - before).toBeLessThanOrEqual(5_010 + took);
    expect(Number(byDefault) - before).toBeGreaterThan(29_990);
    expect(await cache.ttl('missing')).toBeUndefined();
  });

  it('lets each reader change its copy', async () => {
    await cache.set('key', { list: [1] });
    const first = await cache.get<{ list: number[] }>('key');
    first?.list.push(2);
    expect(await cache.get('key')).toEqual({ list: [1] });
  });

  it('wraps: one load for all who ask, with a lifetime by the value', async () => {
    let loads = 0;
    const load = async () => ({ n: (loads += 1) });
    const values = await Promise.all(
      Array.from({ length: 20 }, async () => cache.wrap('key', load, (value) => value.n * 9_000)),
    );
    expect(values).toEqual(Array.from({ length: 20 }, () => ({ n: 1 })));
    const ends = Number(await cache.ttl('key'));
    expect(ends).toBeLessThanOrEqual(Date.now() + 9_000);
    const raw = await cache.wrap('key', load, { raw: true });
    expect(raw).toEqual({ value: { n: 1 }, expires: expect.any(Number) });
  });

  it('clears', async () => {
    await cache.set('key', 1);
    await cache.clear();
    expect(await cache.get('key')).toBeUndefined();
  });

  it('tells listeners what was set', async () => {
    const told: unknown[] = [];
    const listener = (facts: unknown) => void told.push(facts);
    cache.on('set', listener);
    await cache.set('key', 1);
    cache.off('set', listener);
    await cache.set('key', 2);
    expect(told).toEqual([{ key: 'key', value: 1 }]);
  });
});

describe('TieredKeyvStore', () => {
  let tiered: TieredCache;

  beforeEach(async () => {
    tiered = new TieredCache({ name: 'keyv', redis: redisOf(place) });
    await tiered.whenSynced();
  });

  afterEach(async () => {
    await tiered.close();
  });

  it('is a store for cache-manager', async () => {
    const cache = createCache({ stores: [new Keyv({ store: new TieredKeyvStore(tiered) })] });
    await cache.set('key', { n: 1 }, 5_000);
    expect(await cache.get('key')).toEqual({ n: 1 });
    expect(await cache.mget(['key', 'other'])).toEqual([{ n: 1 }, undefined]);
    expect(await cache.wrap('wrapped', async () => 7)).toBe(7);
    await cache.del('key');
    expect(await cache.get('key')).toBeUndefined();
    await cache.clear();
    expect(await cache.get('wrapped')).toBeUndefined();
  });

  it('is a store for the CacheModule of @nestjs/cache-manager', async () => {
    @Module({
      imports: [NestCacheModule.register({ stores: [new TieredKeyvStore(tiered)], ttl: 5_000 })],
      providers: [Application],
    })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false });
    const { cache } = app.get(Application);
    await cache.set('key', 'value');
    expect(await cache.get('key')).toBe('value');
    await app.close();
  });
});

describe('CacheInterceptor in place of that of @nestjs/cache-manager', () => {
  let runs = 0;

  @Controller()
  @UseInterceptors(CacheInterceptor)
  class ListController {
    @Get('plain')
    plain(): object {
      return { run: (runs += 1) };
    }

    @Get('keyed')
    @CacheKey('shared')
    @CacheTTL(5_000)
    keyed(): object {
      return { run: (runs += 1) };
    }
  }

  let app: NestFastifyApplication;

  beforeEach(async () => {
    @Module({
      imports: [CacheModule.forRoot({ name: 'http', redis: redisOf(place) })],
      controllers: [ListController],
    })
    class Root {}
    app = await NestFactory.create<NestFastifyApplication>(Root, new FastifyAdapter(), {
      logger: false,
    });
    await app.init();
    await app.get(TieredCache).whenSynced();
  });

  afterEach(async () => {
    await app.close();
  });

  it('caches routes without a decorator of ours', async () => {
    const first = await app.inject('/plain');
    expect((await app.inject('/plain')).json()).toEqual(first.json());
  });

  it('understands @CacheKey() and @CacheTTL()', async () => {
    const first = await app.inject('/keyed?a=1');
    const second = await app.inject('/keyed?a=2');
    expect(second.json()).toEqual(first.json());
  });

  it('does not give one user what another got', async () => {
    const inject = async (authorization: string) =>
      (await app.inject({ url: '/keyed', headers: { authorization } })).json<unknown>();
    expect(await inject('ada')).not.toEqual(await inject('bob'));
  });
});
