import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { LogLine } from './running-service.js';

const WORKSPACE = path.resolve(import.meta.dirname, '../../..');
const AS_SOURCES = path.join(WORKSPACE, 'tools/jest/typescript-child.mjs');
const MAIN = path.join(import.meta.dirname, 'shelf.main.ts');

function closed(stream: NodeJS.ReadableStream): Promise<void> {
  // A test may destroy it, which is an end like any other.
  return finished(stream).catch(() => undefined);
}

/** The small service of these tests as a process of its own. */
export class ShelfProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  private readonly exit: Promise<unknown[]>;

  constructor(env: Record<string, string> = {}, { ipc = false }: { ipc?: boolean } = {}) {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])];
    this.child = spawn(process.execPath, ['--import', AS_SOURCES, MAIN], {
      env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...env },
      stdio,
    });
    this.child.stdout?.on('data', (chunk) => (this.stdout += String(chunk)));
    this.child.stderr?.on('data', (chunk) => (this.stderr += String(chunk)));
    const output = [this.child.stdout, this.child.stderr].flatMap((stream) =>
      stream === null ? [] : [closed(stream)],
    );
    this.exit = once(this.child, 'exit').then(async (status) => {
      await Promise.all(output);
      return status;
    });
  }

  /** Exit status, or the signal that ended it. */
  async exited(): Promise<number | string> {
    const [code, signal] = await this.exit;
    return (code ?? signal) as number | string;
  }

  /** Waits until a line of the log has this message, and gives it. */
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.log().find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      if (this.child.exitCode !== null) throw new Error(`It ended: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  /** The address, once the service is ready. */
  async url(): Promise<string> {
    return String((await this.logged('ready'))['url']);
  }

  log(): LogLine[] {
    const whole = this.stdout.split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as LogLine);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
