import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { StoreError } from './store.ts';
import type { StoreName } from './profile.ts';

/**
 * Makes a store's data folder, for the owner's eyes only.
 *
 * @throws StoreError when another user has worked in it: the server would fail on single files.
 */
export function ensureDataFolder(store: StoreName, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const foreign = foreignFile(folder);
  if (foreign === undefined) return;
  const name = userInfo().username;
  throw new StoreError(
    store,
    `${foreign} belongs to another user, who has used this clone: run "sudo chown -R ${name} ` +
      `${path.dirname(folder)}", or start as that user.`,
  );
}

/** The folder, or something in it, that is not ours. Everything is root's. */
function foreignFile(folder: string): string | undefined {
  const own = process.getuid?.();
  if (own === undefined || own === 0) return undefined;
  if (statSync(folder).uid !== own) return folder;
  const entries = readdirSync(folder).map((entry) => path.join(folder, entry));
  return entries.find((entry) => statSync(entry, { throwIfNoEntry: false })?.uid !== own);
}
