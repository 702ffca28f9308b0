import { expect } from '@jest/globals';
import {
  type ConnectionOptions,
  type RedisClient,
  closeRedis,
  createBlockingRedis,
  createRedis,
  createSubscriber,
  whenReady,
} from '@trilith/redis';
import { eventually } from '@trilith/testing';

/** Does a work on a connection that is ready before and closed after it. */
export async function using<Client extends RedisClient, T>(
  client: Client,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  try {
    await whenReady(client, 30_000);
    return await work(client);
  } finally {
    await closeRedis(client);
  }
}

/** What a promise is rejected with; undefined when it is not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** How a command that was given up says so, and after how long. */
export async function outcomeOf(work: Promise<unknown>) {
  const from = performance.now();
  const failure = await failureOf(work);
  return { failure, ms: performance.now() - from };
}

/** Commands, a blocking read and a subscription: each connects for itself. */
export async function tryEveryKind(options: ConnectionOptions): Promise<void> {
  const heard: string[] = [];
  const onMessage = (message: string) => heard.push(message);
  const subscriber = createSubscriber({ ...options, channels: ['news'], onMessage });
  await using(subscriber, async () =>
    using(createRedis(options), async (redis) =>
      using(createBlockingRedis({ ...options, key: 'queue' }), async (reader) => {
        const popped = reader.blpop('queue', 5);
        await redis.rpush('queue', 'work');
        expect(await popped).toEqual(['queue', 'work']);
        await eventually(async () => {
          await redis.publish('news', 'today');
          expect(heard).toContain('today');
        });
      }),
    ),
  );
}

/** Why no connection comes about. */
export async function refusalOf(options: Omit<ConnectionOptions, 'name'>): Promise<string> {
  const redis = createRedis({ ...options, name: 'stranger' });
  const failure = await failureOf(whenReady(redis, 2_000));
  await closeRedis(redis);
  return String(failure);
}
