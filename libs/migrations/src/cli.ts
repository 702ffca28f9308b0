#!/usr/bin/env node
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
});
// What a migration left open must not keep the process alive.
process.stdout.write('', () => process.exit(exitCode));
