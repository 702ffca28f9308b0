import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { holdStores } from '../../stores/client.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { ExperimentContext } from '../experiment.ts';
import { type AppendFsync, OwnRedis } from './own-redis.ts';
import { Records } from './records.ts';
import { Replica } from './replica.ts';
import type { Settings } from './programs/settings.ts';

/** PostgreSQL of the experiments alone, started by the first that needs it. */
export const CHAOS_STORES = scratchProfile('chaos-messaging');

export interface StageOptions {
  readonly context: ExperimentContext;
  /**
   * `always` unless said otherwise: what Redis has acknowledged is then on disk, and what is missing
   * later was lost by messaging. With `everysec` a kill of the server may take back what it
   * acknowledged while a slow disk held up its writes.
   */
  readonly appendfsync?: AppendFsync;
}

/** Stores of its own, and the processes that an experiment starts on them. */
export class Stage {
  readonly records: Records;
  readonly redis: OwnRedis;
  readonly replicas: Replica[] = [];
  readonly #options: StageOptions & { readonly folder: string };

  constructor(
    stores: { records: Records; redis: OwnRedis },
    options: StageOptions & { folder: string },
  ) {
    this.records = stores.records;
    this.redis = stores.redis;
    this.#options = options;
  }

  /** Starts so many replicas of a program; resolves when all do their work. */
  async start<S extends Settings>(
    program: string,
    { replicas, ...settings }: Omit<S, keyof Settings> & { readonly replicas: number },
  ): Promise<Replica[]> {
    const { folder, context } = this.#options;
    const started = Array.from({ length: replicas }, () => {
      const label = `${program}-${this.replicas.length + 1}`;
      const own = { databaseUrl: this.records.url, redisUrl: this.redis.url, label };
      const replica = new Replica({
        program,
        settings: { ...settings, ...own },
        logFolder: folder,
        context,
      });
      this.replicas.push(replica);
      return replica;
    });
    await Promise.all(started.map(async (replica) => replica.start()));
    return started;
  }

  /** How many processes were killed. */
  get kills(): number {
    return this.replicas.reduce((sum, { kills }) => sum + kills, 0);
  }

  /** How often a process ended that nobody had made to. */
  get crashes(): number {
    return this.replicas.reduce((sum, { crashes }) => sum + crashes, 0);
  }
}

/** Runs the work on a stage of its own; whatever happens, nothing of it is left. */
export async function onStage<T>(
  options: StageOptions,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const { context, appendfsync = 'always' } = options;
  const { signal, say } = context;
  await using cleaning = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-'));
  cleaning.defer(() => rmSync(folder, { recursive: true, force: true }));
  const held = await holdStores({
    profile: CHAOS_STORES,
    stores: ['postgres'],
    holder: `npm run chaos (pid ${process.pid})`,
    // Not one that the environment names.
    env: { ...process.env, DATABASE_URL: undefined },
    signal,
    onProgress: (_store, text) => say(text),
  });
  cleaning.defer(async () => held.release());
  const records = await Records.create(held.env['DATABASE_URL'] ?? '', signal);
  cleaning.defer(async () => records.drop());
  const redis = await OwnRedis.start({ folder, appendfsync, context });
  cleaning.defer(async () => redis.kill());
  const stage = new Stage({ records, redis }, { ...options, folder });
  cleaning.defer(async () => {
    await Promise.all(stage.replicas.map(async (replica) => replica.kill()));
  });
  return await work(stage);
}
