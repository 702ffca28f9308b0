import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

/** A program and all that it starts, stopped together. */
export class ChildGroup {
  /** Its exit code; 128 and the signal's number when a signal ended it. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    // A group of its own, so that one signal reaches whatever it starts.
    this.#child = spawn(command, args, { ...options, detached: true });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }

  /** Asks it to stop; kills what is left of it after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.ended.catch(() => undefined);
    clearTimeout(timer);
    // Its children may outlive it.
    this.signal('SIGKILL');
  }
}
