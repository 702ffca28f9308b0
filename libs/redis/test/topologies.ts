import { type RedisClient, closeRedis, whenReady } from '@trilith/redis';

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
