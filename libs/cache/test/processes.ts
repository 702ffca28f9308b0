import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

import type { LoaderInput } from './loader-process.js';

const loader = path.resolve(import.meta.dirname, '../../../tools/jest/typescript-child.mjs');

/** A process of its own, which says a line at a time. */
export class LoaderProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(input: LoaderInput) {
    const program = path.join(import.meta.dirname, 'loader-process.ts');
    this.child = spawn(process.execPath, ['--import', loader, program, JSON.stringify(input)]);
    this.child.stderr.pipe(process.stderr);
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value } = (await this.lines.next()) as { value?: string };
    return value ?? '';
  }

  go(): void {
    this.child.stdin.write('go\n');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** Runs a program given as text, as if it stood in this project, and returns what it printed. */
export async function runProgram(text: string): Promise<{ status: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ['--import', loader, '--input-type=module', '--eval', text],
    { cwd: path.resolve(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}
