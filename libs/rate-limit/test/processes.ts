import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const loader = path.resolve(import.meta.dirname, '../../../tools/jest/typescript-child.mjs');

/** Runs a program beside this file in a process of its own, and returns what it printed. */
export async function runProcess(file: string, input: object): Promise<string> {
  return outputOf([path.join(import.meta.dirname, file), JSON.stringify(input)]);
}

/** Runs a program given as text, as if it stood in this project, and returns what it printed. */
export async function runProgram(text: string): Promise<string> {
  return outputOf(['--input-type=module', '--eval', text]);
}

async function outputOf(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', loader, ...args], {
    cwd: path.resolve(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`exit ${status}: ${output}`);
  return output;
}
