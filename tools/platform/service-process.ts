import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure } from '../terminal/failure.ts';
import { LogBuffer } from './log-buffer.ts';
import { addressOf, type ServiceName } from './services.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
const PROBE_MS = 2_000;
/** Two seconds more than a service gives itself. */
const STOP_GRACE_MS = 12_000;

/** Makes the service stop when this process is killed: its channel closes then. */
const PARENT_WATCH = new URL('../bootstrap/parent-watch.mjs', import.meta.url).href;

export interface ServiceOptions {
  readonly service: ServiceName;
  /** `users`, or `content-2` for a second replica. */
  readonly label: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  /** It ended although nobody here made it. */
  readonly onUnexpectedEnd: (ended: UnexpectedEnd) => void;
}

/** The last that is known of a service that died. */
export interface UnexpectedEnd {
  readonly label: string;
  /** `exit code 1`, `SIGKILL` */
  readonly how: string;
  /** Its last lines, indented. */
  readonly log: string;
}

/** One replica of a service, as a process that can be started again after it was stopped. */
export class ServiceProcess {
  readonly service: ServiceName;
  readonly label: string;
  readonly url: string;
  readonly #options: ServiceOptions;
  readonly #log: LogBuffer;
  #child: ChildProcess | undefined;
  #endIsExpected = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.service = options.service;
    this.label = options.label;
    this.url = addressOf(options.port);
    this.#log = new LogBuffer(options.onLine);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#endIsExpected = false;
    const { service, port, env } = this.#options;
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', `--import=${PARENT_WATCH}`, 'dist/main.js'],
      {
        cwd: path.join(WORKSPACE, 'apps', service),
        env: { ...env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.#child = child;
    if (child.stdout) this.#log.listenTo(child.stdout);
    if (child.stderr) this.#log.listenTo(child.stderr);
    // 'close' and not 'exit': its last words have been read by then.
    child.once('close', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
  }

  /**
   * Waits until the service says that it is ready.
   *
   * @throws Failure with its last lines, when it ends or is not ready within a minute.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.#isReady())) {
      signal?.throwIfAborted();
      if (!this.#child) throw new Failure(`${this.label} did not start:\n${this.#log.end()}`);
      if (performance.now() > deadline) {
        throw new Failure(`${this.label} was not ready within a minute:\n${this.#log.end()}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Asks it to stop gracefully, and kills it after twelve seconds. Resolves when it is gone. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_GRACE_MS);
    await this.kill('SIGTERM');
    clearTimeout(timer);
  }

  /** Sends a signal that ends it, by default at once. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#endIsExpected = true;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (this.#endIsExpected) return;
    this.#options.onUnexpectedEnd({ label: this.label, how, log: this.#log.end() });
  }

  async #isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(PROBE_MS);
      const response = await fetch(`${this.url}/health/ready`, { signal });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
