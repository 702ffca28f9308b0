import { Writable } from 'node:stream';

import { run } from '../../src/cli/program.js';

/** What a command printed, and how it ended. */
export interface Printed {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line as a process would. */
export async function messages(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Printed> {
  const [out, err] = [new Collected(), new Collected()];
  const { signal } = new AbortController();
  const exitCode = await run(args, { env, out, err, signal });
  return { exitCode, out: out.text, err: err.text };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
