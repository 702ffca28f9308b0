import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { eventually } from '@trilith/testing';

const WORKSPACE = path.resolve(import.meta.dirname, '../../..');
const AS_SOURCES = path.join(WORKSPACE, 'tools/jest/typescript-child.mjs');
const MAIN = path.join(import.meta.dirname, '../src/main.ts');

/** Compiling all sources takes long on a busy machine. */
const START = { timeoutMs: 60_000 };

/** The service as a process of its own, to be signalled and killed. */
export class UsersProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ['--import', AS_SOURCES, MAIN], {
      env: { PATH: process.env.PATH, LOG_FORMAT: 'json', ...environment, LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    this.#child.stderr?.on('data', (chunk) => (this.stderr += String(chunk)));
    // Unlike 'exit', comes after the last output.
    this.#closed = once(this.#child, 'close');
  }

  /** The address, once the service is ready. */
  async url(): Promise<string> {
    return eventually(() => {
      if (this.#child.exitCode !== null) return '';
      const url = /"url":"([^"]+)"/.exec(this.stdout)?.[1];
      if (url === undefined) throw new Error(`not ready yet: ${this.stdout}${this.stderr}`);
      return url;
    }, START);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit status, or the signal that ended it. */
  async ended(): Promise<number | string> {
    const [status, signal] = await this.#closed;
    return (status ?? signal) as number | string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
