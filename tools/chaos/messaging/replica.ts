import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { lastLines } from '../../stores/processes/server-process.ts';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import type { ExperimentContext } from '../experiment.ts';
import { pause } from '../pause.ts';
import type { Settings } from './programs/settings.ts';

const PARENT_WATCH = new URL('../../bootstrap/parent-watch.mjs', import.meta.url).href;
const TYPESCRIPT = new URL('../../jest/typescript-child.mjs', import.meta.url).href;
const PROGRAMS = path.join(WORKSPACE, 'tools/chaos/messaging/programs');

const READY_WITHIN_MS = 120_000;
/** Enough for an error of PostgreSQL with all its fields. */
const LAST_LINES = 40;
const START_AGAIN_MS = 100;
const STOP_GRACE_MS = 20_000;

/** One process of an experiment. */
export interface ReplicaOptions<S extends Settings = Settings> {
  /** File name in `programs`, without `.ts`. */
  readonly program: string;
  readonly settings: S;
  readonly logFolder: string;
  readonly context: Pick<ExperimentContext, 'signal' | 'say'>;
}

/** A process that can be killed, frozen, and started again. */
export class Replica {
  readonly label: string;
  /** How often it ended by itself after it had been ready: nothing that happens may end it. */
  crashes = 0;
  kills = 0;
  readonly #options: ReplicaOptions;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #endIsExpected = false;
  #ready = Promise.withResolvers<void>();

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.label = options.settings.label;
    this.#log = path.join(options.logFolder, `${this.label}.log`);
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /**
   * Resolves when it does its work. One that ends before is started again, as any supervisor would:
   * what it needs may be away just now.
   *
   * @throws Failure with its last lines, when that takes two minutes.
   */
  async start(): Promise<void> {
    const { signal } = this.#options.context;
    const deadline = performance.now() + READY_WITHIN_MS;
    this.#endIsExpected = false;
    this.#ready = Promise.withResolvers();
    this.#spawn();
    for (;;) {
      const isReady = await Promise.race([
        this.#ready.promise.then(() => true),
        pause(START_AGAIN_MS, signal).then(() => false),
      ]);
      if (isReady) return;
      if (performance.now() > deadline) throw new Failure(this.#describe('was not ready in time'));
    }
  }

  /** As a crash would. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.#end('SIGKILL');
  }

  /** Asks it to stop, and kills it when it does not within twenty seconds. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_GRACE_MS);
    await this.#end('SIGTERM');
    clearTimeout(timer);
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  #spawn(): void {
    const { program, settings } = this.#options;
    const log = openSync(this.#log, 'a');
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        `--import=${PARENT_WATCH}`,
        `--import=${TYPESCRIPT}`,
        path.join(PROGRAMS, `${program}.ts`),
        JSON.stringify(settings),
      ],
      // A group of its own: a terminal's Ctrl-C is for the experiment, which then stops all.
      { cwd: WORKSPACE, stdio: ['ignore', log, log, 'ipc'], detached: true },
    );
    closeSync(log);
    this.#child = child;
    let wasReady = false;
    child.once('message', () => {
      wasReady = true;
      this.#ready.resolve();
    });
    child.once('exit', () => this.#ended(child, wasReady));
  }

  #ended(child: ChildProcess, wasReady: boolean): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#endIsExpected) return;
    if (wasReady) {
      this.crashes += 1;
      this.#options.context.say(this.#describe('ended by itself'));
    }
    setTimeout(() => {
      if (!this.#endIsExpected && this.#child === undefined) this.#spawn();
    }, START_AGAIN_MS);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#endIsExpected = true;
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  #describe(what: string): string {
    const lines = lastLines(this.#log, LAST_LINES).map((line) => `    ${line}`);
    return [`${this.label} ${what}. Its last lines:`, ...lines].join('\n');
  }
}
