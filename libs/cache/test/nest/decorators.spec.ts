import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';

import {
  CacheModule,
  Cached,
  InjectCache,
  InvalidatesTags,
  TieredCache,
  defineKey,
} from '../../src/index.js';

interface Account {
  readonly id: string;
  readonly run: number;
}

const accountKey = defineKey<Account>()('account', (id: string) => id);

@Injectable()
class Accounts {
  runs = 0;

  @Cached({ key: accountKey, ttlMs: 60_000, tags: (id: string) => [`account:${id}`] })
  async find(id: string): Promise<Account> {
    this.runs += 1;
    if (id === 'broken') throw new Error('the source is away');
    return { id, run: this.runs };
  }

  @Cached({ key: (page: number, size: number) => `list:${page}:${size}`, injectAs: 'lists' })
  async list(page: number, size: number): Promise<number[]> {
    this.runs += 1;
    return [page, size, this.runs];
  }

  @InvalidatesTags((account: Account) => [`account:${account.id}`])
  async rename(id: string): Promise<Account> {
    if (id === 'broken') throw new Error('the source is away');
    return { id, run: this.runs };
  }
}

@Injectable()
class Reports {
  constructor(
    readonly cache: TieredCache,
    @InjectCache('lists') readonly lists: TieredCache,
  ) {}
}

async function start({ url, prefix }: RedisForTest): Promise<INestApplicationContext> {
  const redis = { url, prefix, commandTimeoutMs: 10_000, startTimeoutMs: 30_000 };
  @Module({
    imports: [
      CacheModule.forRoot({ name: 'accounts', redis }),
      CacheModule.forRootAsync({
        injectAs: 'lists',
        useFactory: async () => ({ name: 'lists', redis }),
      }),
    ],
    providers: [Accounts, Reports],
  })
  class AccountsModule {}
  const app = await NestFactory.createApplicationContext(AccountsModule, { logger: false });
  await app.get(TieredCache).whenSynced();
  return app;
}

describe('a method with @Cached()', () => {
  let redis: RedisForTest;
  let app: INestApplicationContext;
  let accounts: Accounts;

  beforeEach(async () => {
    redis = await redisForTest();
    app = await start(redis);
    accounts = app.get(Accounts);
  });

  afterEach(async () => {
    await app.close();
  });

  it('runs once for the same arguments', async () => {
    const first = await accounts.find('1');
    expect(await accounts.find('1')).toEqual(first);
    expect((await accounts.find('2')).run).toBe(2);
    expect(accounts.runs).toBe(2);
  });

  it('runs once for many callers at the same time, in two replicas', async () => {
    const other = await start(redis);
    const calls = [accounts, other.get(Accounts)];
    await Promise.all(Array.from({ length: 50 }, async (_, at) => calls[at % 2]?.find('1')));
    expect(accounts.runs + other.get(Accounts).runs).toBe(1);
    await other.close();
  });

  it('can be read by its key elsewhere', async () => {
    const account = await accounts.find('1');
    expect(await app.get(TieredCache).get(accountKey('1'))).toEqual(account);
  });

  it('passes on what the method throws, and keeps nothing', async () => {
    await expect(accounts.find('broken')).rejects.toThrow('the source is away');
    await expect(accounts.find('broken')).rejects.toThrow('the source is away');
    expect(accounts.runs).toBe(2);
  });

  it('keeps in the cache that it names', async () => {
    const page = await accounts.list(1, 20);
    const { cache, lists } = app.get(Reports);
    expect(await lists.get('list:1:20')).toEqual(page);
    expect(await cache.get('list:1:20')).toBeUndefined();
  });

  it('runs anew after @InvalidatesTags() in another replica', async () => {
    const other = await start(redis);
    const first = await accounts.find('1');
    const untouched = await accounts.find('2');
    await other.get(Accounts).rename('1');
    await eventually(async () => expect((await accounts.find('1')).run).toBeGreaterThan(first.run));
    expect(await accounts.find('2')).toEqual(untouched);
    await other.close();
  });

  it('stays cached when the method with @InvalidatesTags() fails', async () => {
    const id = 'broken';
    await app.get(TieredCache).set(accountKey(id), { id, run: 7 }, { tags: [`account:${id}`] });
    await expect(accounts.rename(id)).rejects.toThrow('the source is away');
    expect(await accounts.find(id)).toEqual({ id, run: 7 });
  });

  it('runs as it was written where Nest did not make the instance', async () => {
    const plain = new Accounts();
    await plain.find('1');
    await plain.find('1');
    expect(plain.runs).toBe(2);
  });

  it('keeps its name', () => {
    expect(accounts.find.name).toBe('find');
  });
});

describe('CacheModule', () => {
  it('closes its cache with the application', async () => {
    const app = await start(await redisForTest());
    const cache = app.get(TieredCache);
    await app.close();
    await expect(cache.get('key')).rejects.toThrow('The cache accounts is closed');
  });

  it('refuses to start with a wrong option, by its name', async () => {
    @Module({ imports: [CacheModule.forRoot({ name: 'a b' })] })
    class Wrong {}
    const start = NestFactory.createApplicationContext(Wrong, {
      logger: false,
      abortOnError: false,
    });
    await expect(start).rejects.toThrow('name: got "a b"; takes letters');
  });

  it('says at the start which cache a decorator misses', async () => {
    @Module({ providers: [Accounts] })
    class Without {}
    const start = NestFactory.createApplicationContext(Without, {
      logger: false,
      abortOnError: false,
    });
    await expect(start).rejects.toThrow(/Accounts.*TieredCache/s);
  });
});
