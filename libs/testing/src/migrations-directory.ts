import { existsSync } from 'node:fs';
import path from 'node:path';

/** The workspace's folder of migrations for a store, found from the working folder upwards. */
export function migrationsDirectory(store: 'postgres' | 'mongo'): string {
  let folder = process.cwd();
  while (!existsSync(path.join(folder, 'nx.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no workspace around ${process.cwd()}`);
    folder = parent;
  }
  return path.join(folder, 'migrations', store);
}
