import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does the work while no other process does, under this lock, and waits for one that does. The lock
 * is a folder with an empty file for each process that holds it, named by its number.
 */
export async function withInstallLock(folder, work) {
  mkdirSync(path.dirname(folder), { recursive: true });
  let told = false;
  while (!take(folder)) {
    breakIfAbandoned(folder);
    if (!told) console.log('Waiting for another terminal, which installs packages …');
    told = true;
    await sleep(250);
  }
  try {
    return await work({ shareWith: (pid) => writeFileSync(path.join(folder, String(pid)), '') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder) {
  // Renaming a folder onto one that is not empty fails: nobody sees the lock without its holder.
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  writeFileSync(path.join(draft, String(process.pid)), '');
  try {
    renameSync(draft, folder);
    return true;
  } catch {
    rmSync(draft, { recursive: true, force: true });
    return false;
  }
}

function breakIfAbandoned(folder) {
  const holders = holdersOf(folder);
  if (holders.length === 0 || holders.some(isAlive)) return;
  const broken = `${folder}.broken.${process.pid}`;
  try {
    // Of several who find it abandoned, one moves it away.
    renameSync(folder, broken);
  } catch {
    return;
  }
  rmSync(broken, { recursive: true, force: true });
}

function holdersOf(folder) {
  try {
    return readdirSync(folder).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
