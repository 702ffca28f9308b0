import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { ContenderInput } from './contender.js';

const loader = path.resolve(import.meta.dirname, '../../../tools/jest/typescript-child.mjs');

const contenders = new Set<ChildProcess>();

/** Starts a contender as a process of its own. */
export function startContender(input: ContenderInput): ChildProcess {
  const program = path.join(import.meta.dirname, 'contender.ts');
  const args = ['--import', loader, program, JSON.stringify(input)];
  const contender = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  contenders.add(contender);
  return contender;
}

/** Of tests that failed before they did it themselves. */
export function killContenders(): void {
  for (const contender of contenders) contender.kill('SIGKILL');
}

/** Runs a program given as text, as if it stood in this project, and returns what it printed. */
export async function runProgram(text: string): Promise<{ status: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ['--import', loader, '--input-type=module', '--eval', text],
    { cwd: path.resolve(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  contenders.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

export async function exitOf(child: ChildProcess): Promise<number | null> {
  const [status] = (await once(child, 'exit')) as [number | null];
  return status;
}
