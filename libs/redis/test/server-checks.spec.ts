import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  checkServer,
  closeRedis,
  createRedis,
  memoryFullness,
  whenReady,
} from '@trilith/redis';
import { redisForTest, redisServersForTest } from '@trilith/testing';

describe('checkServer', () => {
  let redis: RedisClient;
  let policy: string;

  beforeEach(async () => {
    const { url } = await redisForTest();
    redis = createRedis({ url, name: 'checks-spec' });
    await whenReady(redis, 30_000);
    policy = ((await redis.config('GET', 'maxmemory-policy')) as string[])[1] ?? '';
  });

  afterEach(async () => {
    await redis.config('SET', 'maxmemory-policy', policy);
    await closeRedis(redis);
  });

  it('should warn of a server that may evict what is needed', async () => {
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await checkServer(redis, { needs: ['noeviction'] })).toEqual([]);

    // Nothing is evicted by this: there is no maxmemory.
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await checkServer(redis, { needs: ['noeviction'] })).toEqual([
      'maxmemory-policy is allkeys-lru: data may be evicted; set it to noeviction',
    ]);
    expect(await checkServer(redis, { needs: [] })).toEqual([]);
  });

  it('should warn of a server that forgets at a restart, and only of such a one', async () => {
    const [, appendonly] = (await redis.config('GET', 'appendonly')) as string[];
    const warnings = await checkServer(redis, { needs: ['aof'] });
    expect(warnings.some((warning) => warning.includes('appendonly'))).toBe(appendonly === 'no');
  });
});

describe('memoryFullness', () => {
  it('should tell how much of maxmemory is used, and nothing where there is no such limit', async () => {
    const started = await redisServersForTest(1);
    const redis = createRedis({ url: started.servers[0]?.url ?? '', name: 'fullness-spec' });
    await whenReady(redis, 30_000);
    const before = await memoryFullness(redis);
    await redis.config('SET', 'maxmemory', 1_000_000_000);
    const roomy = await memoryFullness(redis);
    await redis.config('SET', 'maxmemory', 1_000);
    const full = await memoryFullness(redis);
    await closeRedis(redis);
    await started.close();

    expect(before).toBe(0);
    expect(roomy).toBeGreaterThan(0);
    expect(roomy).toBeLessThan(0.5);
    expect(full).toBeGreaterThan(100);
  });
});
