import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Folder of this library. */
export const project = path.resolve(import.meta.dirname, '..');
/** Lets Node run the sources as Jest does. */
export const loader = path.join(project, '../../tools/jest/typescript-child.mjs');

/** Only what hangs takes so long, on whatever machine this is. */
export const HUNG_AFTER_MS = 240_000;

/** What a process of the command line left behind. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line, or another program of this library, as a process of its own. */
export class CommandLine {
  out = '';
  err = '';
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    program = 'src/cli.ts',
  ) {
    this.process = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--import', loader, program, ...args],
      {
        cwd: project,
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.process.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = this.end();
  }

  /** @throws Error with what it wrote, when it hangs: the test's own deadline would tell nothing. */
  private async end(): Promise<Ended> {
    const hung = setTimeout(() => this.process.kill('SIGKILL'), HUNG_AFTER_MS);
    const startedAt = performance.now();
    await once(this.process, 'close');
    clearTimeout(hung);
    if (performance.now() - startedAt >= HUNG_AFTER_MS) {
      const args = this.process.spawnargs.slice(1).join(' ');
      throw new Error(
        `${args}: not done within ${HUNG_AFTER_MS} ms; it wrote: ${this.out}${this.err}`,
      );
    }
    return { code: this.process.exitCode, out: this.out, err: this.err };
  }
}
