import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { holdStores } from '../../stores/client.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { ExperimentContext } from '../experiment.ts';
import { OwnRedis } from '../messaging/own-redis.ts';
import type { Task } from './programs/settings.ts';
import { Worker } from './worker.ts';

/** PostgreSQL of the experiments alone, started by the first that needs it. */
export const LOCK_STORES = scratchProfile('chaos-locks');

/** Servers of Redis and processes of an experiment. Whatever happens, nothing of it is left. */
export class Stage implements AsyncDisposable {
  readonly #ends = new AsyncDisposableStack();
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-locks-'));
  readonly #context: ExperimentContext;
  #servers = 0;
  #workers = 0;

  constructor(context: ExperimentContext) {
    this.#context = context;
    this.#ends.defer(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  async redis(): Promise<OwnRedis> {
    const folder = path.join(this.#folder, `redis-${(this.#servers += 1)}`);
    mkdirSync(folder);
    const redis = await OwnRedis.start({ folder, appendfsync: 'everysec', context: this.#context });
    this.#ends.defer(async () => redis.kill());
    return redis;
  }

  async start(redis: readonly OwnRedis[], task: Task): Promise<Worker> {
    const label = `worker-${(this.#workers += 1)}`;
    const redisUrls = redis.map(({ url }) => url);
    const worker = await Worker.start({ label, redisUrls, task }, this.#folder);
    this.#ends.defer(async () => {
      worker.thaw();
      await worker.kill();
    });
    return worker;
  }

  /** A database of its own. */
  async postgres(): Promise<{ readonly url: string; readonly pool: pg.Pool }> {
    const held = await holdStores({
      profile: LOCK_STORES,
      stores: ['postgres'],
      holder: `npm run chaos (pid ${process.pid})`,
      // Not one that the environment names.
      env: { ...process.env, DATABASE_URL: undefined },
      signal: this.#context.signal,
      onProgress: (_store, text) => this.#context.say(text),
    });
    this.#ends.defer(async () => held.release());
    const admin = new pg.Pool({ connectionString: held.env['DATABASE_URL'], max: 1 });
    this.#ends.defer(async () => admin.end());
    const name = `locks_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    this.#ends.defer(async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    });
    const url = new URL(held.env['DATABASE_URL'] ?? '');
    url.pathname = name;
    const pool = new pg.Pool({ connectionString: url.href, max: 2 });
    this.#ends.defer(async () => pool.end());
    return { url: url.href, pool };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ends.disposeAsync();
  }
}
