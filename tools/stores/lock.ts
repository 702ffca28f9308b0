import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const SQLITE_BUSY = 5;

/** Held until released, or until this process ends, however it ends. */
export interface Lock {
  release(): void;
}

/**
 * Takes a lock between processes, if nobody has it.
 *
 * Node has no flock; SQLite's exclusive transaction is one that the kernel gives back when its
 * holder is killed. So there is no stale lock file to recognise, and no race in removing one.
 */
export function tryLock(file: string): Lock | undefined {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

/** Does the work under the lock; waits for it as long as another process has it. */
export async function withLock<T>(
  file: string,
  { onWait }: { onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  let lock = tryLock(file);
  if (!lock) onWait?.();
  while (!lock) {
    await sleep(200);
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
