import { EventPublisher } from '@trilith/messaging';
import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { startTrilithClient } from '../nest/trilith.ts';
import { type EventInput, publishAll, type PublishInput, TOPIC } from './event.ts';
import { entriesOf } from './redis-keys.ts';

export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const redis = new Redis(redisUrl);
  const publish = async (input: PublishInput) => {
    const { prefix } = input;
    const app = await startTrilithClient({
      messaging: { redis: { url: redisUrl }, service: 'publishing', prefix },
    });
    const publisher = app.get(EventPublisher);
    // The first publishing connects, and may have things to lay out.
    await publisher.publish([]);
    return publishAll(
      {
        publish: async (events) =>
          publisher.publish(events.map((event) => ({ ...event, topic: TOPIC, headers: {} }))),
        stored: async () => entriesOf(redis, prefix),
        close: async () => app.close(),
      },
      input,
    );
  };
  return { publish, stop: async () => redis.disconnect() };
}
