import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { bullmqNames } from './bullmq-names.ts';
import { type ConsumeInput, type EventInput, Handled, type Payload } from './event.ts';

/** As many at a time as ours by default. */
const CONCURRENCY = 64;

export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const consume = async ({ prefix, count }: ConsumeInput) => {
    const names = bullmqNames(prefix);
    const handled = new Handled(count);
    const worker = new Worker<Payload>(names.queue, async ({ data }) => handled.add(data), {
      connection,
      prefix: names.prefix,
      concurrency: CONCURRENCY,
    });
    const rate = await handled.rate();
    await worker.close();
    return rate;
  };
  return { consume, stop: async () => connection.disconnect() };
}
