import path from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Surroundings } from '../launch.ts';

const VERSION = '8.2.6';
const HOST = 'https://fastdl.mongodb.org/';
const PROBE_MS = 3_000;
const DOWNLOAD_MS = 10 * 60_000;

/** A `mongod` from MongoDB's download host; undefined where it cannot be had. */
export async function downloadedMongod({
  progress,
  signal,
}: Pick<Surroundings, 'progress' | 'signal'>): Promise<string | undefined> {
  const options = { version: VERSION, downloadDir: path.join(cacheFolder(), 'mongod') };
  try {
    const { DryMongoBinary, MongoBinary } = await import('mongodb-memory-server-core');
    const there = await DryMongoBinary.locateBinary(await DryMongoBinary.generateOptions(options));
    if (there !== undefined) return there;
    if (!(await hostAnswers())) return undefined;
    progress(`downloading mongod ${VERSION} (once)`);
    return await Promise.race([MongoBinary.getPath(options), giveUp(signal)]);
  } catch (error) {
    // No build for this system, or the connection broke: there is another server to take.
    progress(`mongod ${VERSION} could not be downloaded: ${String(error)}`);
    return undefined;
  }
}

async function hostAnswers(): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_MS);
    const { status } = await fetch(HOST, { method: 'HEAD', redirect: 'manual', signal });
    // An object store answers 403 or 404 at its root; a broken way there answers 5xx.
    return status < 500;
  } catch {
    return false;
  }
}

async function giveUp(stopped: AbortSignal): Promise<never> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(DOWNLOAD_MS)]);
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
