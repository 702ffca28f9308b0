import { createServer } from 'node:net';
import getPort, { portNumbers } from 'get-port';
import { readJson, writeJson } from './json-file.ts';
import type { StoreName } from './profile.ts';

/** Beside each server's well-known port, so that one of the machine's own is left alone. */
const PREFERRED: Record<StoreName, number> = { postgres: 54320, redis: 63790, mongodb: 27018 };

/** How many ports after the preferred one are tried before any free one is taken. */
const SPAN = 50;

const HOST = '127.0.0.1';

/** Chooses each store's port: the one it had before, as long as nobody else has it. */
export interface Ports {
  choose(store: StoreName): Promise<number>;
}

/** Any free port, kept for as long as this process lives: for throw-away stores. */
export function freePorts(): Ports {
  const chosen = new Map<StoreName, number>();
  return {
    async choose(store) {
      const before = chosen.get(store);
      if (before !== undefined && (await isPortFree(before))) return before;
      const port = await getPort({ host: HOST });
      chosen.set(store, port);
      return port;
    },
  };
}

/** The same port each time, remembered in a file; the next free one when it is taken. */
export function lastingPorts(file: string): Ports {
  return {
    async choose(store) {
      const before = readJson<Partial<Record<StoreName, number>>>(file, {})[store];
      const first = before ?? PREFERRED[store];
      if (before !== undefined && (await isPortFree(before))) return before;
      const port = await getPort({ host: HOST, port: portNumbers(first, first + SPAN) });
      // Read again: the other stores choose at the same time.
      writeJson(file, { ...readJson<object>(file, {}), [store]: port });
      return port;
    },
  };
}

/** Can a server listen there now? */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}
