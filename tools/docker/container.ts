import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';

import { execa } from 'execa';

import { parseExecForm } from './dockerfile.ts';
import type { BuiltStage } from './rehearsal.ts';

/** How a command of a container ended, and what it printed. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** What a container of a built stage would run: its own settings and these variables, no others. */
export class Container {
  readonly #stage: BuiltStage;
  readonly #env: Readonly<Record<string, string>>;

  constructor(stage: BuiltStage, env: Readonly<Record<string, string>> = {}) {
    this.#stage = stage;
    this.#env = env;
  }

  /** Runs ENTRYPOINT and CMD to their end; `args` take the place of CMD. */
  async run(args?: readonly string[]): Promise<Ended> {
    return ended(this.#start(args ?? this.#words('CMD')));
  }

  /**
   * Starts the service, waits until HEALTHCHECK says that it is healthy, and stops it as Docker
   * does. It resolves when the process ended by itself, with its status.
   *
   * @throws when it ends before it is healthy, or does not get healthy in time.
   */
  async startAndStop({ withinMs = 60_000 } = {}): Promise<Ended> {
    const process = this.#start(this.#words('CMD'));
    const end = ended(process);
    const healthy = await Promise.race([this.#becomesHealthy(withinMs), end.then(() => false)]);
    process.kill(healthy ? 'SIGTERM' : 'SIGKILL');
    const result = await end;
    if (!healthy) throw new Error(`It did not become healthy:\n${result.output}`);
    return result;
  }

  #start(args: readonly string[]) {
    const [program = '', ...rest] = [...this.#words('ENTRYPOINT'), ...args];
    return this.#execute(program, rest);
  }

  async #becomesHealthy(withinMs: number): Promise<boolean> {
    const [program = '', ...args] = this.#words('HEALTHCHECK');
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const { exitCode } = await this.#execute(program, args);
      if (exitCode === 0) return true;
      await sleep(200);
    }
    return false;
  }

  #execute(program: string, args: readonly string[]) {
    return execa(program, args, {
      cwd: path.join(this.#stage.root, this.#stage.workdir),
      env: { PATH: process.env['PATH'], ...this.#stage.env, ...this.#env },
      extendEnv: false,
      reject: false,
      all: true,
    });
  }

  #words(keyword: string): string[] {
    const setting = this.#stage.settings.get(keyword);
    return setting === undefined ? [] : parseExecForm(setting);
  }
}

async function ended(
  process: ReturnType<typeof execa<{ reject: false; all: true }>>,
): Promise<Ended> {
  const { exitCode, all } = await process;
  return { exitCode, output: all };
}
