import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from './json-file.ts';
import { tryLock } from './lock.ts';
import { lastLines } from './processes/server-process.ts';
import type { Profile } from './profile.ts';
import { clearUp } from './supervisor/clear-up.ts';
import { LOCK_IS_HELD } from './supervisor/exit-codes.ts';
import { type SupervisorAddress, supervisorPaths } from './supervisor/paths.ts';

const SUPERVISOR = path.join(import.meta.dirname, 'supervisor/main.ts');
/** Longer than a supervisor takes to stop its stores, for whom a new one has to wait. */
const CONNECT_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** The profile's supervisor, if one runs. */
export async function connectToSupervisor(profile: Profile): Promise<Socket | undefined> {
  const address = readJson<SupervisorAddress | undefined>(
    supervisorPaths(profile).address,
    undefined,
  );
  return address && (await dial(address.socket));
}

/**
 * The profile's supervisor; starts one, in this environment, when none runs.
 *
 * @throws Error with the end of its log, when it cannot be started.
 */
export async function connectOrStart(profile: Profile, env: NodeJS.ProcessEnv): Promise<Socket> {
  const deadline = performance.now() + CONNECT_WITHIN_MS;
  let starting: Promise<number | null> | undefined;
  while (performance.now() < deadline) {
    const socket = await connectToSupervisor(profile);
    if (socket) return socket;
    starting ??= startSupervisor(profile, env);
    const ended = await Promise.race([starting, sleep(POLL_MS, undefined)]);
    if (ended === undefined) continue;
    // Another one starts or stops just now; soon it can be reached, or there is room for ours.
    if (ended !== LOCK_IS_HELD && ended !== 0) throw new Error(supervisorFailure(profile));
    starting = undefined;
    await sleep(POLL_MS);
  }
  throw new Error(supervisorFailure(profile));
}

/**
 * Stops what a killed supervisor left running. Does nothing while one lives.
 *
 * @returns the stores that were stopped.
 */
export async function stopOrphans(profile: Profile): Promise<string[]> {
  const paths = supervisorPaths(profile);
  const lock = tryLock(paths.lock);
  if (!lock) return [];
  try {
    return await clearUp(paths);
  } finally {
    lock.release();
  }
}

async function dial(socketPath: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

async function startSupervisor(profile: Profile, env: NodeJS.ProcessEnv): Promise<number | null> {
  const { folder, log } = supervisorPaths(profile);
  mkdirSync(folder, { recursive: true });
  const output = openSync(log, 'a', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', SUPERVISOR, JSON.stringify(profile)],
    { cwd: folder, env, detached: true, stdio: ['ignore', output, output] },
  );
  closeSync(output);
  child.unref();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
}

function supervisorFailure(profile: Profile): string {
  const { log } = supervisorPaths(profile);
  const lines = lastLines(log).map((line) => `    ${line}`);
  return [`The stores' supervisor cannot be reached. Its log ${log} ends:`, ...lines].join('\n');
}
