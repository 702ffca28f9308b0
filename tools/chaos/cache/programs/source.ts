import { Redis } from 'ioredis';

/** What the caches are in front of: a version of each key, on a connection that nothing disturbs. */
export class Source {
  private readonly redis: Redis;

  constructor(url: string) {
    this.redis = new Redis(url, { enableAutoPipelining: true });
  }

  async read(key: string): Promise<number> {
    return Number((await this.redis.hget('source', key)) ?? 0);
  }

  async readAll(): Promise<Map<string, number>> {
    const versions = Object.entries(await this.redis.hgetall('source'));
    return new Map(versions.map(([key, version]) => [key, Number(version)]));
  }

  /** Makes the key's next version. */
  async write(key: string): Promise<number> {
    return this.redis.hincrby('source', key, 1);
  }

  /** The version that the cache has acknowledged: whoever reads from now on is owed it. */
  async acknowledge(key: string, version: number): Promise<void> {
    await this.redis.hset('acknowledged', key, version);
  }

  async acknowledged(key: string): Promise<number> {
    return Number((await this.redis.hget('acknowledged', key)) ?? 0);
  }

  /** Tells the experiment, and whoever else counts, that something happened once more. */
  async count(what: string, key: string): Promise<number> {
    return this.redis.hincrby(`counted:${what}`, key, 1);
  }

  async counted(what: string, key: string): Promise<number> {
    return Number((await this.redis.hget(`counted:${what}`, key)) ?? 0);
  }

  close(): void {
    this.redis.disconnect();
  }
}
