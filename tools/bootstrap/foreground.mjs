import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A terminal's Ctrl-C comes from the terminal and once more from npm. */
const SAME_MS = 500;
const PARENT_POLL_MS = 1_000;

/**
 * Runs a program as if it were this process: its output, its exit code, and each signal once.
 *
 * It gets a process group of its own, so that a Ctrl-C reaches it only from here, and a channel
 * whose end tells it that this process is gone.
 *
 * @returns its exit code.
 */
export function runInForeground(command, args, env) {
  const child = spawn(command, args, {
    env,
    detached: process.platform !== 'win32',
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let last = Number.NEGATIVE_INFINITY;
  const forward = (signal) => {
    const now = performance.now();
    if (now - last > SAME_MS) child.kill(signal);
    last = now;
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const watch = watchNpm(() => forward('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** npm stays until what it runs has ended. When it was killed, no one is left who would stop us. */
function watchNpm(gone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, PARENT_POLL_MS);
  return timer;
}
