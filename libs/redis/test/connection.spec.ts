import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  RedisUnavailableError,
  closeRedis,
  createBlockingRedis,
  createRedis,
  isRedisUnavailable,
  whenReady,
} from '@trilith/redis';
import {
  type FaultyProxy,
  type RedisForTest,
  eventually,
  faultyProxy,
  redisForTest,
} from '@trilith/testing';

const ready = async (client: RedisClient) => whenReady(client, 30_000);
const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('a connection', () => {
  let store: RedisForTest;
  let proxy: FaultyProxy;
  let redis: RedisClient;

  beforeEach(async () => {
    store = await redisForTest();
    proxy = await faultyProxy(store.url);
    redis = createRedis({ url: proxy.url, name: 'connection-spec', commandTimeoutMs: 300 });
    await ready(redis);
  });

  afterEach(async () => {
    await closeRedis(redis);
    await proxy.close();
    await store.close();
  });

  it('should show its name to the operator', async () => {
    expect(await redis.client('GETNAME')).toBe('connection-spec');
  });

  it('should fail a command within its deadline when no answer comes', async () => {
    proxy.stall();
    const failure = await failureOf(redis.get('key'));
    expect(isRedisUnavailable(failure)).toBe(true);
  });

  it('should fail a command that is in flight when the connection breaks', async () => {
    proxy.stall();
    const failure = failureOf(redis.get('key'));
    await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    expect(isRedisUnavailable(await failure)).toBe(true);
  });

  it('should fail a command at once while the server is away, and not send it later', async () => {
    const key = `${store.prefix}:late`;
    proxy.cut();
    await eventually(() => expect(redis.status).not.toBe('ready'));
    expect(isRedisUnavailable(await failureOf(redis.set(key, '1')))).toBe(true);

    proxy.heal();
    await ready(redis);
    expect(await redis.get(key)).toBeNull();
  });

  it('should come back by itself, however often it tried in vain', async () => {
    let attempts = 0;
    redis.on('reconnecting', () => (attempts += 1));
    proxy.cut();
    await eventually(() => expect(attempts).toBeGreaterThan(5));
    proxy.heal();
    await eventually(async () => expect(await redis.ping()).toBe('PONG'));
  });

  it('should be replaced when it is dead although nobody closed it', async () => {
    let replaced = false;
    redis.once('close', () => (replaced = true));
    proxy.stall();
    await eventually(() => expect(replaced).toBe(true));
    proxy.heal();
    await eventually(async () => expect(await redis.ping()).toBe('PONG'));
  });

  it('should not be cut again by what was left of its predecessor', async () => {
    proxy.cut();
    await eventually(() => expect(redis.status).not.toBe('ready'));
    proxy.heal();
    await ready(redis);
    let closes = 0;
    redis.on('close', () => (closes += 1));
    // Longer than every deadline of the connection that broke.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(closes).toBe(0);
  });

  it('should finish the commands of the same tick before it closes', async () => {
    const written = redis.set(`${store.prefix}:last`, 'word');
    await closeRedis(redis);
    expect(await written).toBe('OK');
    expect(redis.status).toBe('end');
    await closeRedis(redis);
  });
});

describe('a blocking connection', () => {
  it('should wait longer than a command may take, and be cut off by closing', async () => {
    const store = await redisForTest();
    const redis = createBlockingRedis({
      url: store.url,
      name: 'blocking-spec',
      commandTimeoutMs: 100,
      maxBlockMs: 60_000,
    });
    await ready(redis);
    const key = `${store.prefix}:queue`;
    expect(await redis.blpop(key, 0.3)).toBeNull();

    const waiting = failureOf(redis.blpop(key, 60));
    await new Promise((resolve) => setImmediate(resolve));
    await closeRedis(redis);
    expect(isRedisUnavailable(await waiting)).toBe(true);
    await store.close();
  });
});

describe('whenReady', () => {
  it('should say what was tried, and why it failed', async () => {
    const redis = createRedis({ url: 'redis://user:secret@127.0.0.1:1', name: 'nobody-there' });
    const failure = await failureOf(whenReady(redis, 200));
    await closeRedis(redis);

    expect(failure).toBeInstanceOf(RedisUnavailableError);
    expect(String(failure)).toContain('127.0.0.1:1');
    expect(String(failure)).toContain('ECONNREFUSED');
    expect(String(failure)).not.toContain('secret');
  });
});

describe('the options of a connection', () => {
  const good = { url: 'redis://127.0.0.1:6379', name: 'name' };

  it.each([
    [{ ...good, url: 'postgres://127.0.0.1' }, 'url: got "(no URL of Redis)"; takes redis://'],
    [{ ...good, url: 'secret' }, 'url: got "(no URL of Redis)"; takes redis://'],
    [{ ...good, name: 'two words' }, 'name: got "two words"; takes printable characters'],
    [{ ...good, commandTimeoutMs: 0 }, 'commandTimeoutMs: got 0; takes a whole number'],
    [{ ...good, connectTimeoutMs: 1.5 }, 'connectTimeoutMs: got 1.5; takes a whole number'],
  ])('should refuse %j in one line', (options, message) => {
    expect(() => createRedis(options)).toThrow(message);
  });
});
