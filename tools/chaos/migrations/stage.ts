import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { holdStores } from '../../stores/client.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { ExperimentContext } from '../experiment.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import { MigrationFolder } from './migration-folder.ts';
import { MongoDatabase } from './mongo-database.ts';
import { PostgresDatabase } from './postgres-database.ts';
import type { RunnerSettings, Verb } from './programs/settings.ts';
import { type Outcome, RunnerProcess } from './runner-process.ts';

/** PostgreSQL and MongoDB of the experiments alone, started by the first that needs them. */
export const CHAOS_STORES = scratchProfile('chaos-migrations');

/** After a kill the next runner waits for so long; a living one may be slower by that on a busy machine. */
const LEASE_MS = 6_000;

/** Where a runner works. */
export interface Workplace {
  readonly database: ChaosDatabase;
  readonly folder: MigrationFolder;
}

/** What a runner is started for. */
export interface RunnerWork extends Workplace {
  readonly verb?: Verb;
  readonly freezeAt?: RunnerSettings['freezeAt'];
}

/** Databases, folders and processes of an experiment. */
export class Stage {
  readonly #servers: { readonly postgres: string; readonly mongo: string };
  readonly #folder: string;
  readonly #runners = new Set<RunnerProcess>();

  constructor(servers: { postgres: string; mongo: string }, folder: string) {
    this.#servers = servers;
    this.#folder = folder;
  }

  /** Runs the work on a fresh database of PostgreSQL, which is gone afterwards. */
  async onPostgres<T>(work: (database: PostgresDatabase) => Promise<T>): Promise<T> {
    const database = await PostgresDatabase.create(this.#servers.postgres);
    try {
      return await work(database);
    } finally {
      await database.drop();
    }
  }

  /** Runs the work on a fresh database of MongoDB, which is gone afterwards. */
  async onMongo<T>(work: (database: MongoDatabase) => Promise<T>): Promise<T> {
    const database = new MongoDatabase(this.#servers.mongo);
    try {
      return await work(database);
    } finally {
      await database.drop();
    }
  }

  folder(files: Readonly<Record<string, string>>): MigrationFolder {
    return new MigrationFolder(this.#folder, files);
  }

  /** A runner that waits for its start. */
  async runner(work: RunnerWork): Promise<RunnerProcess> {
    const { database, folder, verb = { name: 'up' }, freezeAt } = work;
    const { store, url } = database;
    const settings = { store, url, directory: folder.path, verb, leaseMs: LEASE_MS, freezeAt };
    return this.#kept(await RunnerProcess.start('runner', settings));
  }

  async typeOrmRunner({ database, folder }: Workplace): Promise<RunnerProcess> {
    const settings = { url: database.url, directory: folder.path };
    return this.#kept(await RunnerProcess.start('typeorm-runner', settings));
  }

  /** Runs one to its end. */
  async run(work: RunnerWork): Promise<Outcome> {
    return (await this.runner(work)).go();
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#runners].map(async (runner) => runner.kill()));
  }

  #kept(runner: RunnerProcess): RunnerProcess {
    this.#runners.add(runner);
    return runner;
  }
}

/** Runs the work on a stage of its own; whatever happens, nothing of it is left. */
export async function onStage<T>(
  { signal, say }: Pick<ExperimentContext, 'signal' | 'say'>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using cleaning = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-'));
  cleaning.defer(() => rmSync(folder, { recursive: true, force: true }));
  const held = await holdStores({
    profile: CHAOS_STORES,
    stores: ['postgres', 'mongodb'],
    holder: `npm run chaos (pid ${process.pid})`,
    // Not those that the environment names.
    env: { ...process.env, DATABASE_URL: undefined, MONGODB_URL: undefined },
    signal,
    onProgress: (_store, text) => say(text),
  });
  cleaning.defer(async () => held.release());
  const { DATABASE_URL: postgres = '', MONGODB_URL: mongo = '' } = held.env;
  const stage = new Stage({ postgres, mongo }, folder);
  cleaning.defer(async () => stage.killAll());
  return await work(stage);
}
