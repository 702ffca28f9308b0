// Runs servers for a test, as a process of its own that outlives it by no more than a moment: when
// its standard input ends, however the test ended, it kills them and removes their folders.
//   in:  {"id":"1","command":"…","args":["…"],"folder":"…"}, one a line
//   out: {"id":"1","pid":12}, later {"id":"1","ended":"SIGKILL"}
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

interface Order {
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Made and removed here. */
  readonly folder: string;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

function start({ id, command, args, folder }: Order): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  folders.add(folder);
  const log = openSync(path.join(folder, 'log'), 'a');
  const server = spawn(command, args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  running.add(server);
  const end = (ended: string) => {
    running.delete(server);
    tell({ id, ended });
  };
  server.once('spawn', () => tell({ id, pid: server.pid }));
  server.once('error', (error) => end(error.message));
  server.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

// A test that is gone hears nothing any more.
process.stdout.on('error', () => undefined);
const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => start(JSON.parse(line) as Order));
orders.on('close', () => void clearUp());

async function clearUp(): Promise<void> {
  const ends = [...running].map(
    async (server) => new Promise((resolve) => server.once('exit', resolve)),
  );
  for (const server of running) server.kill('SIGKILL');
  await Promise.all(ends);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
