import { WrongResultError } from '../frame/benchmark.ts';
import type { Player } from './contestants.ts';
import type { BenchDatabase, MakeDatabase } from './databases.ts';
import { writeFiles } from './files.ts';
import type { RunnerInput } from './runners/runner.ts';
import { startOnce, type Started } from './start.ts';

/** What databases need on which everything is applied. */
export interface AppliedOptions {
  /** Where files are written. */
  readonly folder: string;
  readonly makeDatabase: MakeDatabase;
  readonly signal: AbortSignal;
}

/** For each runner one database on which it has applied all files, shared by all cases. */
export class AppliedDatabases {
  readonly count = 1_000;
  readonly #options: AppliedOptions;
  readonly #inputs = new Map<string, Promise<RunnerInput>>();
  readonly #databases: BenchDatabase[] = [];

  constructor(options: AppliedOptions) {
    this.#options = options;
  }

  /** Applies them, the first time. */
  async of(player: Player): Promise<RunnerInput> {
    const known = this.#inputs.get(player.runner);
    if (known) return known;
    const input = this.#apply(player);
    this.#inputs.set(player.runner, input);
    return input;
  }

  async drop(): Promise<void> {
    await Promise.all(this.#databases.map(async (database) => database.drop()));
  }

  async #apply({ runner, form }: Player): Promise<RunnerInput> {
    const { folder, makeDatabase, signal } = this.#options;
    const database = await makeDatabase();
    this.#databases.push(database);
    const input = { url: database.url, directory: writeFiles(folder, form, this.count) };
    const started = await startOnce({ runner, action: 'up', input, signal });
    await checkApplied(database, this.count, started);
    return input;
  }
}

/** @throws {WrongResultError} unless the runner says that it has applied so many, and the store too */
export async function checkApplied(
  database: BenchDatabase,
  expected: number,
  { count }: Started,
): Promise<void> {
  const effects = await database.countEffects();
  if (count === expected && effects === expected) return;
  throw new WrongResultError(`${count} applied and ${effects} there, of ${expected}`);
}
