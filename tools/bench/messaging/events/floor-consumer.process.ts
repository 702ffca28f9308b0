import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { type ConsumeInput, type EventInput, Handled, type Payload } from './event.ts';
import { floorStream } from './floor-stream.ts';

type Entry = readonly [id: string, fields: readonly string[]];
type Reply = readonly [stream: string, entries: readonly Entry[]][] | null;

const GROUP = 'subscribing';
const COUNT = 100;

/** Reads a hundred, parses each, acknowledges them together; it retries and recovers nothing. */
export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const redis = new Redis(redisUrl);
  const consume = async ({ prefix, count }: ConsumeInput) => {
    const stream = floorStream(prefix);
    const handled = new Handled(count);
    await redis.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM');
    const read = ['GROUP', GROUP, 'one', 'COUNT', COUNT, 'STREAMS', stream, '>'] as const;
    for (let seen = 0; seen < count;) {
      const reply = (await redis.call('XREADGROUP', ...read)) as Reply;
      const entries = reply?.[0]?.[1] ?? [];
      for (const [, fields] of entries) handled.add(JSON.parse(fields[7] ?? '') as Payload);
      await redis.xack(stream, GROUP, ...entries.map(([id]) => id));
      seen += entries.length;
    }
    return handled.rate();
  };
  return { consume, stop: async () => redis.disconnect() };
}
