import { KeptServers } from './kept-servers.js';
import { RedisProcess } from './redis-process.js';

/** Servers that know nothing of each other. */
export interface RedisServersForTest {
  readonly servers: readonly RedisProcess[];
  close(): Promise<void>;
}

/** Starts so many redis-servers on free ports of 127.0.0.1, which end with this process. */
export async function redisServersForTest(count: number): Promise<RedisServersForTest> {
  const kept = new KeptServers();
  try {
    const starting = Array.from({ length: count }, async () => RedisProcess.start(kept, {}));
    return { servers: await Promise.all(starting), close: async () => kept.close() };
  } catch (error) {
    await kept.close();
    throw error;
  }
}
