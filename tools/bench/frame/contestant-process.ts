import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromHost, ToHost } from './process-host.ts';

const HOST = fileURLToPath(new URL('process-host.ts', import.meta.url));
const GRACE_MS = 5_000;
/** No call takes so long: what hangs is a failure. */
const CALL_MS = 180_000;

/** A part of a contestant, such as its server or its client, in a process of its own. */
export class ContestantProcess {
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastCall = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => this.#settle(message as FromHost));
    child.once('exit', (code, signal) => {
      const reason = new Error(`its process ended by itself (${signal ?? `exit status ${code}`})`);
      for (const { reject } of this.#calls.values()) reject(reason);
      this.#calls.clear();
    });
  }

  /** Starts what the module's default export makes of `input`. */
  static async start(module: URL, input: unknown = {}): Promise<ContestantProcess> {
    // Not what this process was started with: that watches for its parent, and lets it end by itself.
    const child = fork(HOST, [module.href], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const started = new ContestantProcess(child);
    try {
      await started.call('start', input);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** Calls a method of the part and resolves to what it resolves to. */
  async call<Result>(method: string, argument: unknown = {}): Promise<Result> {
    const call = (this.#lastCall += 1);
    const outcome = Promise.withResolvers<unknown>();
    this.#calls.set(call, outcome);
    this.#child.send({ call, method, argument } satisfies ToHost, (error) => {
      if (error) outcome.reject(error);
    });
    const timer = setTimeout(() => {
      outcome.reject(new Error(`"${method}" did not end within ${CALL_MS / 1_000} s`));
    }, CALL_MS);
    try {
      return (await outcome.promise) as Result;
    } finally {
      clearTimeout(timer);
    }
  }

  /** It may close its connections; after a while it is killed. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    if (this.#child.connected) this.#child.disconnect();
    await exited;
    clearTimeout(timer);
  }

  #settle({ call, result, error }: FromHost): void {
    const outcome = this.#calls.get(call);
    this.#calls.delete(call);
    if (error === undefined) outcome?.resolve(result);
    else outcome?.reject(new Error(error));
  }
}
