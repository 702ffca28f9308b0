import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { type EventInput, publishAll, type PublishInput, TOPIC } from './event.ts';
import { floorStream } from './floor-stream.ts';

/** Adds an entry for each event. */
export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const publish = async (input: PublishInput) => {
    const stream = floorStream(input.prefix);
    return publishAll(
      {
        publish: async (events) =>
          Promise.all(
            events.map(async ({ id, key, payload }) => {
              const fields = ['id', id, 'topic', TOPIC, 'key', key] as const;
              return redis.xadd(stream, '*', ...fields, 'payload', JSON.stringify(payload));
            }),
          ),
        stored: async () => redis.xlen(stream),
        close: async () => undefined,
      },
      input,
    );
  };
  return { publish, stop: async () => redis.disconnect() };
}
