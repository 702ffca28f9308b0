import { commandLine } from '../command-line.ts';
import { launch, type RunningStore, type Surroundings } from '../launch.ts';
import { directUrl, probeMongo, proveWritable } from './probe.ts';
import { ensureReplicaSet, REPLICA_SET } from './replica-set.ts';

/** Runs a real `mongod` as a replica set of one node, so that it has transactions. */
export async function startMongod(
  { command, how, folder }: { command: string; how: string; folder: string },
  around: Surroundings,
): Promise<RunningStore> {
  return launch(
    {
      store: 'mongodb',
      command,
      args: (port) =>
        commandLine({
          '--bind_ip': '127.0.0.1',
          '--port': port,
          '--dbpath': folder,
          '--replSet': REPLICA_SET,
          '--wiredTigerCacheSizeGB': 0.5,
          '--quiet': true,
        }),
      cwd: folder,
      stopSignal: around.profile.lasting ? 'SIGTERM' : 'SIGKILL',
      probe: async (port) => {
        await ensureReplicaSet(directUrl(port), port);
        await proveWritable(directUrl(port));
        const { version } = await probeMongo(directUrl(port));
        return { how, version, url: directUrl(port), limits: [] };
      },
    },
    around,
  );
}
