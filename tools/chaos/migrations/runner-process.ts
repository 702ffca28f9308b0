import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import type { RunnerReport, RunnerSettings, TypeOrmSettings } from './programs/settings.ts';

const PARENT_WATCH = new URL('../../bootstrap/parent-watch.mjs', import.meta.url).href;
const TYPESCRIPT = new URL('../../jest/typescript-child.mjs', import.meta.url).href;
const PROGRAMS = path.join(WORKSPACE, 'tools/chaos/migrations/programs');

/** How a runner ended: with its report, or with what it said last. */
export type Outcome =
  | ({ readonly succeeded: true } & RunnerReport)
  | { readonly succeeded: false; readonly output: string };

/** A runner in a process of its own, that can be killed. */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #frozen = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  #report: RunnerReport | undefined;
  #output = '';

  private constructor(program: string, settings: RunnerSettings | TypeOrmSettings) {
    this.#child = fork(path.join(PROGRAMS, `${program}.ts`), [JSON.stringify(settings)], {
      cwd: WORKSPACE,
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        `--import=${PARENT_WATCH}`,
        `--import=${TYPESCRIPT}`,
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: a terminal's Ctrl-C is for the experiment, which then stops all.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#child.on('message', (message) => this.#hear(message));
    this.#exited = once(this.#child, 'close');
  }

  /** Starts a program; resolves when it waits for {@link go}. */
  static async start(
    program: 'runner' | 'typeorm-runner',
    settings: RunnerSettings | TypeOrmSettings,
  ): Promise<RunnerProcess> {
    const started = new RunnerProcess(program, settings);
    const died = started.#exited.then(() => {
      throw new Failure(`A runner did not start:\n${started.#output}`);
    });
    await Promise.race([started.#ready.promise, died]);
    died.catch(() => undefined);
    return started;
  }

  /** Lets it work. Resolves when its process has ended. */
  async go(): Promise<Outcome> {
    this.#child.send('go');
    await this.#exited;
    return this.#report && this.#child.exitCode === 0
      ? { succeeded: true, ...this.#report }
      : { succeeded: false, output: this.#output };
  }

  /** Resolves when it stands still where its settings told it to. */
  get frozen(): Promise<void> {
    return this.#frozen.promise;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** As a crash would (SIGKILL). Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #hear(message: unknown): void {
    if (message === 'ready') this.#ready.resolve();
    else if (message === 'frozen') this.#frozen.resolve();
    else this.#report = message as RunnerReport;
  }
}
