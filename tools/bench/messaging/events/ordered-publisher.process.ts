import { partitionOf } from '@trilith/messaging';
import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { type EventInput, publishAll, type PublishInput, TOPIC } from './event.ts';
import { orderedStream, PARTITIONS } from './ordered-streams.ts';
import { entriesOf } from './redis-keys.ts';

/** Adds an entry for each event to the stream of its key's partition. */
export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const publish = async (input: PublishInput) =>
    publishAll(
      {
        publish: async (events) =>
          Promise.all(
            events.map(async ({ id, key, payload }) => {
              const stream = orderedStream(input.prefix, partitionOf(key, PARTITIONS));
              const fields = ['id', id, 'topic', TOPIC, 'key', key] as const;
              return redis.xadd(stream, '*', ...fields, 'payload', JSON.stringify(payload));
            }),
          ),
        stored: async () => entriesOf(redis, input.prefix),
        close: async () => undefined,
      },
      input,
    );
  return { publish, stop: async () => redis.disconnect() };
}
