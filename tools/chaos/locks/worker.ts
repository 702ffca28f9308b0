import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import path from 'node:path';
import { lastLines } from '../../stores/processes/server-process.ts';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import type { Told, WorkerSettings } from './programs/settings.ts';

const PARENT_WATCH = new URL('../../bootstrap/parent-watch.mjs', import.meta.url).href;
const TYPESCRIPT = new URL('../../jest/typescript-child.mjs', import.meta.url).href;
const PROGRAM = path.join(WORKSPACE, 'tools/chaos/locks/programs/worker.ts');
const LAST_LINES = 20;

/** A process that takes locks; it can be frozen and killed. */
export class Worker {
  readonly label: string;
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #told: Told[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();

  private constructor(settings: WorkerSettings, folder: string) {
    this.label = settings.label;
    this.#log = path.join(folder, `${settings.label}.log`);
    const log = openSync(this.#log, 'a');
    this.#child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        `--import=${PARENT_WATCH}`,
        `--import=${TYPESCRIPT}`,
        PROGRAM,
        JSON.stringify(settings),
      ],
      // A group of its own: a terminal's Ctrl-C is for the experiment, which then stops all.
      { cwd: WORKSPACE, stdio: ['ignore', log, log, 'ipc'], detached: true },
    );
    closeSync(log);
    this.#child.on('message', (message) => this.#hear(message as Told));
    this.#child.once('exit', () => this.#ended());
    // Whoever waits for it is told; nobody has to.
    this.#done.promise.catch(() => undefined);
  }

  /** Resolves when it has begun. */
  static async start(settings: WorkerSettings, folder: string): Promise<Worker> {
    const worker = new Worker(settings, folder);
    await worker.#ready.promise;
    return worker;
  }

  /** What it has told so far. */
  get told(): readonly Told[] {
    return this.#told;
  }

  /** Resolves when it has done all it was to do. @throws Failure when it ended before. */
  async finish(): Promise<void> {
    await this.#done.promise;
  }

  /** Lets it end after what it has in hand. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.send('stop');
    await this.finish();
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #hear(message: Told): void {
    if (message.kind === 'ready') this.#ready.resolve();
    else if (message.kind === 'done') this.#done.resolve();
    else this.#told.push(message);
  }

  #ended(): void {
    const lines = lastLines(this.#log, LAST_LINES).map((line) => `    ${line}`);
    const failure = new Failure([`${this.label} ended. Its last lines:`, ...lines].join('\n'));
    this.#ready.reject(failure);
    this.#done.reject(failure);
  }
}
