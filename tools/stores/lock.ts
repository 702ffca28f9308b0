import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const SQLITE_BUSY = 5;

/** Held until released, or until this process ends, however it ends. A release removes the file. */
export interface Lock {
  release(): void;
}

/**
 * Takes a lock between processes, if nobody has it.
 *
 * Node has no flock; SQLite's exclusive transaction is one that the kernel gives back when its
 * holder is killed. So there is no stale lock file to recognise: one that a killed holder left
 * behind is locked by nobody.
 */
export function tryLock(file: string): Lock | undefined {
  mkdirSync(path.dirname(file), { recursive: true });
  for (;;) {
    const inode = ensureFile(file);
    const database = new DatabaseSync(file, { timeout: 0 });
    const outcome = attempt(database, () => inode === undefined || inodeOf(file) !== inode);
    if (outcome === 'locked') return { release: () => end(database, file) };
    database.close();
    if (outcome === 'busy') return undefined;
  }
}

/**
 * Whoever had the lock may have removed the file since it was seen here: then SQLite locks what is no
 * longer there, or fails over it, and all is to be done again.
 */
function attempt(database: DatabaseSync, isRemoved: () => boolean): 'locked' | 'busy' | 'removed' {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return isRemoved() ? 'removed' : 'locked';
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return 'busy';
    if (isRemoved()) return 'removed';
    database.close();
    throw error;
  }
}

/** Removes the file while it is locked: whoever opened it meanwhile finds out, as above. */
function end(database: DatabaseSync, file: string): void {
  // Windows removes no file that is open: there an empty one stays.
  if (process.platform !== 'win32') rmSync(file, { force: true });
  database.close();
}

function ensureFile(file: string): bigint | undefined {
  closeSync(openSync(file, 'a'));
  return inodeOf(file);
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Does the work under the lock; waits for it as long as another process has it. */
export async function withLock<T>(
  file: string,
  { onWait, pollMs = 200 }: { onWait?: () => void; pollMs?: number },
  work: () => Promise<T>,
): Promise<T> {
  let lock = tryLock(file);
  if (!lock) onWait?.();
  while (!lock) {
    await sleep(pollMs);
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
