import { Redis } from 'ioredis';
import type { BenchCase, Contestant } from '../../frame/benchmark.ts';
import { ContestantProcess } from '../../frame/contestant-process.ts';
import type { ConsumeInput, PublishInput } from './event.ts';
import { removeKeys } from './redis-keys.ts';

export interface EventsInput {
  readonly redisUrl: string;
  readonly prefix: string;
}

const COUNT = 5_000;

const FLOOR =
  'one stream and no script: no dead letters, no retries, no order per key over replicas, no ' +
  'recovery, no trimming, no headers, no Nest';
const ORDERED =
  'a stream for each partition and a script that reads only what its caller owns, the least that keeps ' +
  'order per key over replicas: no leases, no retries, no recovery, no dead letters, no headers, no Nest';
const BULLMQ =
  'per job a hash, an id, states that can be asked for, priorities, delays, and progress; a job goes ' +
  'to one queue, an event to every subscribing group; no order per key';

/** Events that are published, and events that wait and are consumed. */
export function events(input: EventsInput): BenchCase[] {
  return [
    publishing(input, { title: 'publish events one by one, 100 under way', together: 1 }),
    publishing(input, { title: 'publish events, 100 at a time', together: 100 }),
    consuming(input),
  ];
}

function publishing(
  input: EventsInput,
  { title, together }: { title: string; together: PublishInput['together'] },
): BenchCase {
  const contestant = (name: string, files: string): Contestant => ({
    name,
    start: async () => {
      const stage = await Stage.open(input, files);
      return {
        round: async () => stage.inNewPlace(async (prefix) => stage.publish(prefix, together)),
        stop: async () => stage.close(),
      };
    },
  });
  return {
    title,
    unit: 'events/s',
    better: 'higher',
    ours: contestant('Trilith', 'trilith'),
    peers: [
      { ...contestant('bare XADD', 'floor'), target: 0.8, differs: FLOOR },
      { ...contestant('BullMQ', 'bullmq'), target: 5, differs: BULLMQ },
    ],
  };
}

function consuming(input: EventsInput): BenchCase {
  const contestant = (name: string, files: string): Contestant => ({
    name,
    start: async () => {
      const stage = await Stage.open(input, files);
      return {
        round: async () =>
          stage.inNewPlace(async (prefix) => {
            await stage.publish(prefix, 100);
            return stage.consume(prefix);
          }),
        stop: async () => stage.close(),
      };
    },
  });
  return {
    title: 'consume events that wait',
    unit: 'events/s',
    better: 'higher',
    ours: contestant('Trilith', 'trilith'),
    peers: [
      { ...contestant('bare XREADGROUP', 'floor'), target: 0.6, differs: FLOOR },
      { ...contestant('bare Streams in order', 'ordered'), differs: ORDERED },
      { ...contestant('BullMQ', 'bullmq'), target: 5, differs: BULLMQ },
    ],
  };
}

/** A contestant's two processes, and a place in Redis for each round. */
class Stage {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #publisher: ContestantProcess;
  readonly #consumer: ContestantProcess;
  #rounds = 0;

  private constructor(
    { redisUrl, prefix }: EventsInput,
    processes: { publisher: ContestantProcess; consumer: ContestantProcess },
  ) {
    this.#redis = new Redis(redisUrl);
    this.#prefix = prefix;
    this.#publisher = processes.publisher;
    this.#consumer = processes.consumer;
  }

  static async open({ redisUrl, prefix }: EventsInput, files: string): Promise<Stage> {
    const start = async (part: string) =>
      ContestantProcess.start(new URL(`${files}-${part}.process.ts`, import.meta.url), {
        redisUrl,
      });
    const publisher = await start('publisher');
    const consumer = await start('consumer').catch(async (error: unknown) => {
      await publisher.stop();
      throw error;
    });
    const own = { redisUrl, prefix: `${prefix}:${files}` };
    return new Stage(own, { publisher, consumer });
  }

  async inNewPlace(round: (prefix: string) => Promise<number>): Promise<number> {
    this.#rounds += 1;
    const prefix = `${this.#prefix}:${this.#rounds}`;
    try {
      return await round(prefix);
    } finally {
      await removeKeys(this.#redis, prefix);
    }
  }

  async publish(prefix: string, together: PublishInput['together']): Promise<number> {
    const input: PublishInput = { prefix, count: COUNT, together };
    return this.#publisher.call<number>('publish', input);
  }

  async consume(prefix: string): Promise<number> {
    const input: ConsumeInput = { prefix, count: COUNT };
    return this.#consumer.call<number>('consume', input);
  }

  async close(): Promise<void> {
    await this.#consumer.stop();
    await this.#publisher.stop();
    this.#redis.disconnect();
  }
}
