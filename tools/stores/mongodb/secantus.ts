import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandLine } from '../command-line.ts';
import { launch, type RunningStore, type Surroundings } from '../launch.ts';
import { pythonEnvironment } from '../python/environment.ts';
import { directUrl, proveWritable } from './probe.ts';

const RUN = 'import sys; from secantus.cli import main; sys.exit(main())';
const VERSION = 'import importlib.metadata as m; print(m.version("secantusdb"))';

/** Runs SecantusDB: MongoDB's wire protocol over WiredTiger. */
export async function startSecantus(folder: string, around: Surroundings): Promise<RunningStore> {
  const { progress, signal } = around;
  const python = await pythonEnvironment({ store: 'mongodb', progress, signal });
  const [release] = await python.ask(VERSION);
  const config = path.join(around.dataFolder, 'secantusd.toml');
  writeFileSync(config, '');
  return launch(
    {
      store: 'mongodb',
      command: python.python,
      args: (port) =>
        commandLine({
          '-c': RUN,
          // Naming a file keeps it from reading a configuration of the user's own.
          '--config': config,
          '--host': '127.0.0.1',
          '--port': port,
          '--storage-path': folder,
          // Without it an acknowledged write may be lost when the server is killed.
          '--sync-on-commit': true,
          // Keeps the resume token of a quiet change stream young enough to resume from.
          '--noop-heartbeat-seconds': 10,
          '--log-level': 'WARNING',
        }),
      cwd: around.dataFolder,
      stopSignal: around.profile.lasting ? 'SIGTERM' : 'SIGKILL',
      probe: async (port) => {
        await proveWritable(directUrl(port));
        return {
          how: 'secantusdb from PyPI',
          version: `SecantusDB ${release}`,
          url: directUrl(port),
          limits: ['no sharding', 'no text indexes'],
        };
      },
    },
    around,
  );
}
