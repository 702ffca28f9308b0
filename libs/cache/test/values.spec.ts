import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { Redis } from 'ioredis';
import { Packr } from 'msgpackr';

import { type Codec, type TieredCache, msgpackrCodec } from '../src/index.js';
import { Replicas } from './replicas.js';

describe('values on Redis', () => {
  let replicas: Replicas;
  let redis: Redis;
  let writer: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    redis = new Redis(replicas.place.url);
    writer = await replicas.start();
  });

  afterEach(async () => {
    await replicas.close();
    redis.disconnect();
  });

  const stored = async (): Promise<Buffer> =>
    (await redis.getBuffer(replicas.redisKey('v:a'))) ?? Buffer.alloc(0);

  it.each<[title: string, damage: (bytes: Buffer) => Buffer, reason: string]>([
    ['of another program', () => Buffer.from('{"a":1}'), 'foreign'],
    ['of another program that is long', () => Buffer.alloc(10_000, 'x'), 'foreign'],
    ['that is empty', () => Buffer.alloc(0), 'foreign'],
    ['cut short in its header', (bytes) => bytes.subarray(0, 30), 'foreign'],
    ['cut short in its tags', (bytes) => bytes.subarray(0, 48), 'foreign'],
    ['cut short in its payload', (bytes) => bytes.subarray(0, bytes.length - 3), 'corrupt'],
    ['whose payload is damaged', (bytes) => Buffer.concat([bytes, Buffer.from('}')]), 'corrupt'],
  ])('should be a miss that is counted when it is one %s', async (_title, damage, reason) => {
    await writer.set('a', { text: 'value' }, { tags: ['some-tag'], etag: 'v1' });
    await redis.set(replicas.redisKey('v:a'), damage(await stored()));
    const reader = await replicas.start();
    const reasons: string[] = [];
    reader.on('rejected', (facts) => reasons.push(facts.reason));
    expect(await reader.get('a')).toBeUndefined();
    expect(reasons).toEqual([reason]);
    expect(reader.stats().rejected).toBe(1);
    expect(await reader.getOrSet('a', () => 'new')).toBe('new');
    expect(await (await replicas.start()).get('a')).toBe('new');
  });

  it('should be a miss for any byte that is damaged in the header, or right', async () => {
    await writer.set('a', { text: 'value' }, { tags: ['t'], etag: 'v1' });
    const whole = await stored();
    const reader = await replicas.start({ memory: false });
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await redis.set(replicas.redisKey('v:a'), bytes);
      await reader.get('a');
    }
    await redis.set(replicas.redisKey('v:a'), whole);
    expect(await reader.get('a')).toEqual({ text: 'value' });
  });

  it('should be a miss when something else than a string is there', async () => {
    await redis.lpush(replicas.redisKey('v:a'), 'x');
    const reader = await replicas.start();
    expect(await reader.get('a')).toBeUndefined();
    expect(await reader.getOrSet('a', () => 'new')).toBe('new');
    expect(reader.stats().rejected).toBe(1);
    expect(await writer.get('a')).toBe('new');
    expect(reader.stats().isRedisAway).toBe(false);
  });

  it('should neither be kept nor read above the bound, and leave no older one', async () => {
    const small = await replicas.start({ maxValueBytes: 1_000 });
    await small.set('a', 'small');
    await small.set('a', 'x'.repeat(2_000));
    expect(await writer.get('a')).toBeUndefined();
    expect(await small.getOrSet('a', () => 'y'.repeat(2_000))).toHaveLength(2_000);
    expect(await small.get('a')).toBeUndefined();
    expect(small.stats().oversized).toBe(2);
    await writer.set('a', 'z'.repeat(2_000));
    await eventually(async () => expect(small.peek('a')).toBeUndefined());
    expect(await small.get('a')).toBeUndefined();
    expect(small.stats().rejected).toBe(1);
  });

  it.each(['gzip', 'zstd'] as const)(
    'should be compressed by %s above a size',
    async (algorithm) => {
      const cache = await replicas.start({ compression: { aboveBytes: 100, algorithm } });
      const text = 'long '.repeat(10_000);
      await cache.set('a', text);
      expect((await stored()).length).toBeLessThan(1_000);
      expect(await writer.get('a')).toBe(text);
      // It would be more than may be read, however small it arrives.
      const small = await replicas.start({ maxValueBytes: 10_000 });
      expect(await small.get('a')).toBeUndefined();
      expect(small.stats().rejected).toBe(1);
    },
  );

  it('should keep their types with msgpackr, and be a miss for another codec', async () => {
    const codec = msgpackrCodec(new Packr({ moreTypes: true }));
    const options = { codec, isolation: 'copied' as const };
    const [first, second] = [await replicas.start(options), await replicas.start(options)];
    const value = { at: new Date(0), tags: new Set(['a']), bytes: Buffer.from('abc') };
    await first.set('a', value);
    const read = (await second.get('a')) as typeof value;
    expect(read.at).toEqual(value.at);
    expect(read.tags).toEqual(value.tags);
    expect(Buffer.from(read.bytes).toString()).toBe('abc');
    expect(await writer.get('a')).toBeUndefined();
    expect(writer.stats().rejected).toBe(1);
  });

  it.each([
    ['plainly', '{"__proto__":{"isAdmin":true},"a":1}'],
    ['with escapes', '{"\\u005f_proto__":{"isAdmin":true},"a":1}'],
    ['by its constructor', '{"constructor":{"prototype":{"isAdmin":true}},"a":1}'],
  ])('should not change a prototype, written %s', async (_title, json) => {
    const raw: Codec = { name: 'raw', id: 1, encode: () => Buffer.from(json), decode: String };
    const attacker = await replicas.start({ codec: raw });
    await attacker.set('a', {});
    const value = (await writer.get('a')) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['a']);
    expect((Object.assign({}, value) as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('should not change a prototype with msgpackr', async () => {
    const bytes = new Packr().pack(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}'));
    const value = msgpackrCodec(new Packr()).decode(Buffer.from(bytes)) as { isAdmin?: boolean };
    expect(value.isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('should expire by themselves, so that nothing stays for good', async () => {
    await writer.set('a', 1, { ttlMs: 5_000, graceMs: 5_000 });
    const leftMs = await redis.pttl(replicas.redisKey('v:a'));
    expect(leftMs).toBeGreaterThan(5_000);
    expect(leftMs).toBeLessThanOrEqual(10_000);
    await writer.expire('a');
    expect(await redis.pttl(replicas.redisKey('v:a'))).toBeGreaterThan(0);
  });

  it('should leave no marks that are older than any entry can be', async () => {
    const brief = await replicas.start({ maxLifetimeMs: 50, defaults: { ttlMs: 20 } });
    for (let n = 0; n < 50; n += 1) await brief.deleteByTag(`t${n}`);
    await eventually(async () => {
      await brief.deleteByTag('again');
      expect(await redis.hlen(replicas.redisKey('marks'))).toBeLessThan(20);
    });
  });
});
