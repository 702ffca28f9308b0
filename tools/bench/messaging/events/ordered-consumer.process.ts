import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { type ConsumeInput, type EventInput, Handled, type Payload } from './event.ts';
import { orderedStream, ownerOf, PARTITIONS } from './ordered-streams.ts';

type Entry = readonly [id: string, fields: readonly string[]];
type Reply = readonly [stream: string, entries: readonly Entry[]][] | null;

const GROUP = 'subscribing';
const CONSUMER = 'one';
const COUNT = 100;

/** Only who owns the partition may read: were it lost to another, that one would be overtaken. */
const READ = `
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return redis.error_reply('NOTOWNER') end
return redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], '>')`;

/**
 * The least that keeps the order of each key over replicas: partitions, and an owner that is looked at
 * in the same step as reading. It takes no lease, retries and recovers nothing.
 */
export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const redis = new Redis(redisUrl);
  const sha = (await redis.script('LOAD', READ)) as string;
  const read = async (stream: string) => {
    const keys = [stream, ownerOf(stream)] as const;
    return (await redis.evalsha(sha, 2, ...keys, GROUP, CONSUMER, COUNT)) as Reply;
  };
  const consume = async ({ prefix, count }: ConsumeInput) => {
    const streams = Array.from({ length: PARTITIONS }, (_, n) => orderedStream(prefix, n));
    const handled = new Handled(count);
    for (const stream of streams) {
      await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM');
      await redis.set(ownerOf(stream), CONSUMER);
    }
    let seen = 0;
    for (let round = 0; seen < count; round += 1) {
      const stream = streams[round % PARTITIONS] ?? '';
      const entries = (await read(stream))?.[0]?.[1] ?? [];
      for (const [, fields] of entries) handled.add(JSON.parse(fields[7] ?? '') as Payload);
      if (entries.length > 0) await redis.xack(stream, GROUP, ...entries.map(([id]) => id));
      seen += entries.length;
    }
    return handled.rate();
  };
  return { consume, stop: async () => redis.disconnect() };
}
