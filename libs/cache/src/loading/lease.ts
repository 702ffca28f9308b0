import { randomUUID } from 'node:crypto';

import type { CircuitBreaker } from '../outage/circuit-breaker.js';
import type { RedisLayer } from '../redis/redis-layer.js';
import type { Admission } from '../redis/scripts.js';

export interface LeaseOptions {
  readonly redis: RedisLayer;
  readonly breaker: CircuitBreaker;
  readonly key: string;
  readonly leaseMs: number;
}

/**
 * The right to fill a key, for one loader in the fleet. Whoever writes the key takes it away, so that
 * what was read before that write is not stored after it ("Scaling Memcache at Facebook", 2013).
 */
export class FillLease {
  private readonly token = randomUUID();
  private renewal: NodeJS.Timeout | undefined;

  constructor(private readonly options: LeaseOptions) {}

  /** @throws when Redis fails; the lease may have been granted, and is given up. */
  async acquire(seen: Buffer | undefined): Promise<Admission> {
    const { redis, breaker, key, leaseMs } = this.options;
    const { token } = this;
    try {
      const claim = { key, token, leaseMs, seen };
      const admission = await breaker.run(async () => redis.acquire(claim));
      if (admission.kind === 'granted') this.keepRenewed();
      return admission;
    } catch (error) {
      // Others need not wait for a lease whose holder never heard of it.
      redis.release(key, token).catch(() => undefined);
      throw error;
    }
  }

  /** Stores a value, position first, and ends the lease. Tells whether it was still held. */
  async store(value: Buffer, ttlMs: number): Promise<boolean> {
    const { redis, breaker, key } = this.options;
    this.stop();
    return breaker.run(async () => redis.store({ key, token: this.token, ttlMs, value }));
  }

  /** Ends it without a value. Should Redis be away, time does it. */
  async release(): Promise<void> {
    const { redis, breaker, key } = this.options;
    this.stop();
    await breaker.run(async () => redis.release(key, this.token)).catch(() => undefined);
  }

  private keepRenewed(): void {
    const { redis, breaker, key, leaseMs } = this.options;
    this.renewal = setInterval(() => {
      breaker
        .run(async () => redis.renew(key, this.token, leaseMs))
        .then(
          (isHeld) => (isHeld ? undefined : this.stop()),
          // Redis is away: the lease lasts two more attempts.
          () => undefined,
        );
    }, leaseMs / 3).unref();
  }

  private stop(): void {
    clearInterval(this.renewal);
  }
}
