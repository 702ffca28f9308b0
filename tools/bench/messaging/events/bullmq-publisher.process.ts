import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { bullmqNames } from './bullmq-names.ts';
import { type EventInput, publishAll, type PublishInput, TOPIC } from './event.ts';

/** Adds a job for each event. */
export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const publish = async (input: PublishInput) => {
    const { queue: name, prefix } = bullmqNames(input.prefix);
    const queue = new Queue(name, { connection, prefix });
    await queue.waitUntilReady();
    const opts = { removeOnComplete: true };
    return publishAll(
      {
        publish: async (events) => {
          const jobs = events.map(({ id, payload }) => ({
            name: TOPIC,
            data: payload,
            opts: { ...opts, jobId: id },
          }));
          const [only] = jobs;
          if (jobs.length === 1 && only) await queue.add(only.name, only.data, only.opts);
          else await queue.addBulk(jobs);
        },
        stored: async () => queue.getWaitingCount(),
        close: async () => queue.close(),
      },
      input,
    );
  };
  return { publish, stop: async () => connection.disconnect() };
}
