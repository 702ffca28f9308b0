import type { RedisClient } from '@trilith/redis';

/**
 * The server's time, told by this process's own clock. Entries carry the server's time, so ages and
 * deadlines come out right although the clocks of senders and receivers differ.
 */
export class ServerClock {
  private aheadMs = 0;

  /** Compares the clocks; the error is at most half of the quickest round trip. */
  async adjust(redis: RedisClient): Promise<void> {
    const samples = [await sample(redis), await sample(redis), await sample(redis)];
    const [best] = samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs);
    this.aheadMs = best?.aheadMs ?? 0;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.aheadMs;
  }
}

async function sample(redis: RedisClient): Promise<{ aheadMs: number; roundTripMs: number }> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const answeredAt = Date.now();
  const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return { aheadMs: serverMs - (askedAt + answeredAt) / 2, roundTripMs: answeredAt - askedAt };
}
