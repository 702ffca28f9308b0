import { type RedisClient, defineScript } from '@trilith/redis';

/** A command without a key would go to any node of a cluster, whose clocks differ. */
const readClock = defineScript<[], [seconds: string, microseconds: string]>({
  name: 'readClock',
  lua: "return redis.call('TIME')",
  keys: 1,
  parse: (reply) => reply as [string, string],
});

/**
 * The server's time, told by this process's own clock. Entries carry the server's time, so ages and
 * deadlines come out right although the clocks of senders and receivers differ.
 */
export class ServerClock {
  private aheadMs = 0;

  /**
   * Compares with the clock of the server that has `key`; the error is at most half of the quickest
   * round trip.
   */
  async adjust(redis: RedisClient, key: string): Promise<void> {
    const take = async () => sample(redis, key);
    const samples = [await take(), await take(), await take()];
    const [best] = samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs);
    this.aheadMs = best?.aheadMs ?? 0;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.aheadMs;
  }
}

async function sample(
  redis: RedisClient,
  key: string,
): Promise<{ aheadMs: number; roundTripMs: number }> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await readClock(redis, [key], []);
  const answeredAt = Date.now();
  const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return { aheadMs: serverMs - (askedAt + answeredAt) / 2, roundTripMs: answeredAt - askedAt };
}
