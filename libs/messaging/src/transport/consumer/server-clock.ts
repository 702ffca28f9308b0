import type { RedisClient } from '@trilith/redis';

/**
 * The server's time, told by this process's own clock. Entries carry the server's time, so ages and
 * deadlines come out right although the clocks of senders and receivers differ.
 */
export class ServerClock {
  private aheadMs = 0;

  /** Compares the clocks; the error is at most half of the round trip. */
  async adjust(redis: RedisClient): Promise<void> {
    const askedAt = Date.now();
    const [seconds, microseconds] = await redis.time();
    const answeredAt = Date.now();
    const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    this.aheadMs = serverMs - (askedAt + answeredAt) / 2;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.aheadMs;
  }
}
