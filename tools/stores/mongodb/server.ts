import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureDataFolder } from '../data-folder.ts';
import type { RunningStore, Surroundings } from '../launch.ts';
import { programOnPath } from '../program.ts';
import { downloadedMongod } from './download.ts';
import { startMongod } from './mongod.ts';
import { startSecantus } from './secantus.ts';

const MINIMUM = 7;

/**
 * Runs the machine's `mongod`, else a downloaded one, else SecantusDB. Their files do not fit each
 * other, so each kind has a folder of its own.
 *
 * @throws StoreError when none starts.
 */
export async function startMongo(around: Surroundings): Promise<RunningStore> {
  const own = await programOnPath('mongod', { minimum: MINIMUM });
  const secantus = path.join(around.dataFolder, 'secantusdb');
  // Whoever began with SecantusDB keeps the data when a download becomes possible one day.
  const download = own === undefined && !existsSync(secantus);
  const mongod = download ? await downloadedMongod(around) : own;
  const folder = mongod === undefined ? secantus : path.join(around.dataFolder, 'mongodb');
  ensureDataFolder('mongodb', folder);
  if (mongod === undefined) return startSecantus(folder, around);
  const how = own === undefined ? 'downloaded mongod' : 'mongod on the PATH';
  return startMongod({ command: mongod, how, folder }, around);
}
