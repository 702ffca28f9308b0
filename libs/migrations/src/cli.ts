#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { run } from './cli/program.js';

const stop = new AbortController();
// Once: a second signal ends the process at once, which any migration survives.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
  interactive: process.stderr.isTTY,
  confirm: process.stdin.isTTY ? confirm : undefined,
});
// What a migration left open must not keep the process alive.
process.stdout.write('', () => process.exit(exitCode));

async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: stop.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
